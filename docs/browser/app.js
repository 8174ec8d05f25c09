// SPDX-License-Identifier: Apache-2.0
// The page: files in, a worker over them, its result shown. PULSE is what the build embeds (page.py).

import { makeChart } from "./chart.js";
import { acceptFiles } from "./drop.js";
import { legendOf } from "./legend.js";
import { csvOf, fileName, saveBlob } from "./save.js";
import { summaryOf } from "./summary.js";
import { makeTable } from "./table.js";
import { clock, hopInWords, percent } from "./words.js";

const byId = (id) => document.getElementById(id);
const workerUrl = URL.createObjectURL(new Blob([PULSE.worker], { type: "text/javascript" }));
const table = makeTable(byId);
const chart = makeChart(byId("chart"), {
  onView(hops, view) {
    table.show(hops);
    rest = `${clock(view.from)} to ${clock(view.to)}`;
  },
  onCursor: readOut,
});
let rest = ""; // the readout without a cursor
let worker = null;
let shown = null;

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Compute over files: [{name, bytes}]; a computation that still runs is given up. */
function compute(files) {
  worker?.terminate();
  worker = new Worker(workerUrl);
  showError("");
  byId("progress").hidden = false;
  byId("progress").removeAttribute("value"); // until the first share is known
  byId("status").textContent = `Reading ${files[0].name}.`;
  worker.onmessage = ({ data }) => {
    if (data.progress !== undefined) byId("progress").value = data.progress;
    else finish(data);
  };
  worker.onerror = (event) => finish({ error: `The page failed, please report it: ${event.message}` });
  const wasm = bytesOf(PULSE.wasm);
  worker.postMessage({ wasm, files }, [wasm.buffer, ...files.map(({ bytes }) => bytes.buffer)]);
}

function finish({ result, error }) {
  worker.terminate();
  worker = null;
  byId("progress").hidden = true;
  byId("status").textContent = error ? "" : "Done.";
  showError(error ?? "");
  if (result) show(result);
}

function showError(sentence) {
  byId("error").hidden = !sentence;
  byId("error").textContent = sentence;
}

function show(result) {
  shown = result;
  document.body.classList.add("shown");
  byId("result").hidden = false;
  byId("name").textContent = result.name;
  byId("summary").replaceChildren(...summaryOf(result).map(tile));
  byId("legend").replaceChildren(...legendOf(result));
  byId("notes").replaceChildren(...result.notes.map((note) => element("li", note)));
  const valid = result.hops.filter(({ state }) => state === "valid").length;
  const share = result.hops.length ? percent(valid / result.hops.length) : "none";
  const label = `Heart rate over ${clock(result.seconds)}, ${share} valid; the table below has the values`;
  byId("chart").setAttribute("aria-label", label);
  chart.show(result);
  byId("name").focus({ preventScroll: true });
  byId("result").scrollIntoView({ block: "start" });
}

function element(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}

function tile({ term, value, unit = "", more }) {
  const main = element("dd", value);
  if (unit) main.append(" ", element("small", unit));
  const box = document.createElement("div");
  box.append(element("dt", term), main, element("dd", more));
  return box;
}

function readOut(hop) {
  const { main, more } = hop ? hopInWords(hop) : { main: rest, more: "Point at the chart for its values." };
  byId("readout").replaceChildren(element("strong", main), " ", element("span", more));
}

async function open(files) {
  try {
    compute(await Promise.all(files.map(contentOf)));
  } catch {
    showError(`${files[0].name}: file: expected one of at most 2 GB that can be read, found another`);
  }
}

async function contentOf(file) {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

acceptFiles(byId("file"), byId("drop"), open);
byId("example").addEventListener("click", () => {
  compute([{ name: "example.npz", bytes: bytesOf(PULSE.example) }]);
});
byId("save").addEventListener("click", () => {
  saveBlob(new Blob([csvOf(shown.hops)], { type: "text/csv" }), fileName(shown.name, "csv"));
});
byId("picture").addEventListener("click", () => {
  chart.draw();
  byId("chart").toBlob((blob) => saveBlob(blob, fileName(shown.name, "png")));
});
const moves = {
  back: () => chart.actions.shift(-0.5),
  ahead: () => chart.actions.shift(0.5),
  in: () => chart.actions.zoom(2),
  out: () => chart.actions.zoom(0.5),
  all: () => chart.actions.all(),
};
for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", moves[button.dataset.move]);
}
byId("version").textContent = PULSE.facts.version;
byId("student").textContent = PULSE.facts.student;
byId("trained").textContent = PULSE.facts.trained;
