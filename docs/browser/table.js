// SPDX-License-Identifier: Apache-2.0
// The table of what the chart shows, a page of rows at a time.

import { clock, confidenceInWords, rangeInWords } from "./words.js";

const ROWS = 100;

/** A table over the elements #rows, #page-of, #previous and #next; show(hops) fills it anew. */
export function makeTable(byId) {
  const [body, pageOf, previous, next] = ["rows", "page-of", "previous", "next"].map(byId);
  let hops = [];
  let page = 0;

  function draw() {
    const first = page * ROWS;
    const seen = hops.slice(first, first + ROWS);
    body.replaceChildren(...seen.map(row));
    const some = `${first + 1} to ${first + seen.length} of ${hops.length} in view`;
    pageOf.textContent = hops.length ? some : "none in view";
    previous.disabled = page === 0;
    next.disabled = first + ROWS >= hops.length;
  }

  function turn(by) {
    page += by;
    draw();
    body.closest(".scroll").scrollTop = 0;
  }
  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  return {
    show(found) {
      hops = found;
      page = 0;
      draw();
    },
  };
}

function row(hop) {
  const known = hop.bpmQ8 > 0;
  const cells = [
    clock(hop.timeS),
    known ? hop.bpm.toFixed(1) : "",
    rangeInWords(hop),
    known ? confidenceInWords(hop.confidence) : "",
  ];
  const line = document.createElement("tr");
  for (const text of cells) line.insertCell().textContent = text;
  const state = line.insertCell();
  const dot = document.createElement("i");
  dot.className = hop.state;
  state.append(dot, hop.state);
  return line;
}
