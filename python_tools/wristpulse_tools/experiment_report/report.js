// SPDX-License-Identifier: Apache-2.0
// Draws each chart when it comes into view, in the colours of the page; sorts tables by a press on a head.
"use strict";

const figures = JSON.parse(document.getElementById("figures").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Text, grid and ground as the page has them; the figures bring the colours of their data.
function themed(layout) {
  const axis = { gridcolor: colour("--line"), linecolor: colour("--line"), zerolinecolor: colour("--line") };
  const result = {
    ...layout,
    font: { ...layout.font, color: colour("--text"), family: "system-ui, sans-serif", size: 12 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    hoverlabel: { bgcolor: colour("--raised"), font: { color: colour("--text") } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("--faint"), activecolor: colour("--text") },
  };
  for (const name of Object.keys(layout)) {
    if (/^[xy]axis/.test(name)) result[name] = { ...layout[name], ...axis };
  }
  return result;
}

const config = {
  responsive: true,
  displaylogo: false,
  displayModeBar: "hover",
  modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]], // none of them sends anything
};

function draw(place) {
  const { data, layout } = figures[place.id];
  Plotly.react(place, data, themed(layout), config).then(() => place.setAttribute("data-drawn", ""));
}

const places = [...document.querySelectorAll(".chart")];
const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: "400px" },
);
places.forEach((place) => seen.observe(place));
dark.addEventListener("change", () => places.filter((place) => "drawn" in place.dataset).forEach(draw));
addEventListener("beforeprint", () => places.forEach(draw));

// "1,234", "12.5%", "–": a number where a cell begins with one, so that columns of numbers sort as such.
function value(cell) {
  const text = cell.textContent.trim();
  const number = parseFloat(text.replaceAll(",", ""));
  return Number.isNaN(number) || cell.classList.contains("text") ? text.toLowerCase() : number;
}

function compare(a, b) {
  const missing = (x) => x === "–";
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}

for (const table of document.querySelectorAll("table.sort")) {
  const heads = [...table.tHead.rows[0].cells];
  // Narrow pages show a row as a list; each cell then brings its head (report.css).
  for (const row of table.tBodies[0].rows) {
    [...row.cells].forEach((cell, column) => (cell.dataset.head = heads[column].textContent.trim()));
  }
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const rising = head.getAttribute("aria-sort") !== "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows];
      const keys = new Map(rows.map((row) => [row, value(row.cells[column])]));
      rows.sort((a, b) => {
        const [x, y] = [keys.get(a), keys.get(b)];
        return x === "–" || y === "–" || rising ? compare(x, y) : -compare(x, y);
      });
      table.tBodies[0].append(...rows);
    });
  });
}
