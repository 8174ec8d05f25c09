// SPDX-License-Identifier: Apache-2.0
// The chart's legend: only of what is drawn.

const SVG = "http://www.w3.org/2000/svg";
const STATES = ["valid", "motion-uncertain", "rate-uncertain", "no-pulse", "no-contact", "acquiring"];
const NOT_VALID = ["motion-uncertain", "rate-uncertain", "no-pulse"]; // and yet with an estimate

/** List items for a result. */
export function legendOf(result) {
  const states = new Set(result.hops.map(({ state }) => state));
  const entries = [];
  if (states.has("valid")) entries.push([line("valid", 2.4), "heart rate, valid"]);
  const unsure = NOT_VALID.find((state) => states.has(state));
  if (unsure) entries.push([ring(unsure), "estimate, not valid"]);
  if (result.hops.some(({ high }) => high)) entries.push([box("band"), "90 % range (tracker's posterior)"]);
  if (result.reference.length) entries.push([line("reference", 1.6, "2 3"), "reference in the file"]);
  for (const state of STATES) {
    if (state !== "valid" && states.has(state)) entries.push([box(state), state]);
  }
  entries.push([box("motion"), "motion, RMS a second"]);
  return entries.map(([icon, text]) => {
    const item = document.createElement("li");
    item.append(icon, text);
    return item;
  });
}

function icon(shape, attributes) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 22 12");
  svg.setAttribute("aria-hidden", "true");
  const element = document.createElementNS(SVG, shape);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  svg.append(element);
  return svg;
}

function line(colour, width, dashes = "none") {
  const stroke = { stroke: `var(--${colour})`, "stroke-width": width, "stroke-dasharray": dashes };
  return icon("line", { x1: 1, y1: 6, x2: 21, y2: 6, ...stroke });
}

function ring(colour) {
  const stroke = { stroke: `var(--${colour})`, "stroke-width": 1.5 };
  return icon("circle", { cx: 11, cy: 6, r: 4, fill: "none", ...stroke });
}

function box(colour) {
  return icon("rect", { x: 3, y: 1, width: 16, height: 10, rx: 2, fill: `var(--${colour})` });
}
