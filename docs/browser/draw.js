// SPDX-License-Identifier: Apache-2.0
// The chart's picture: heart rate with its band, states below it, motion at the bottom, one time axis.

import { bpmAxis, timeTicks } from "./axes.js";
import { clock } from "./words.js";

const LEFT = 40;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 24;
const STATES = 20; // height of the states' strip
const SPACE = 14; // between panels
const HOP_S = 2;
const FONT = "12px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** Which time lies at an x of a chart as wide as this, and back. */
export function timeAt(x, width, view) {
  return view.from + ((x - LEFT) / (width - LEFT - RIGHT)) * (view.to - view.from);
}

function xOf(time, width, view) {
  return LEFT + ((time - view.from) / (view.to - view.from)) * (width - LEFT - RIGHT);
}

/** Colours of the page's style by name: drawn again when the scheme changes. */
export function coloursOf(element) {
  const style = getComputedStyle(element);
  const known = new Map();
  return (name) => {
    if (!known.has(name)) known.set(name, style.getPropertyValue(`--${name}`).trim());
    return known.get(name);
  };
}

/**
 * Draw onto a 2D context whose unit is a CSS pixel.
 * size: {width, height}; cursor: a hop or null; drag: null or [from, to] in seconds, a range being chosen.
 */
export function drawChart(context, { result, view, size, colour, cursor, drag }) {
  const { width, height } = size;
  const motionHeight = Math.round((height - TOP - BOTTOM) * 0.2);
  const motionTop = height - BOTTOM - motionHeight;
  const stripTop = motionTop - SPACE - STATES;
  const rate = { top: TOP, bottom: stripTop - SPACE };
  const x = (time) => xOf(time, width, view);
  const seen = result.hops.filter(({ timeS }) => timeS > view.from - HOP_S && timeS < view.to + HOP_S);
  const chart = { context, colour, x, width, view };

  context.fillStyle = colour("card");
  context.fillRect(0, 0, width, height);
  context.font = FONT;
  context.lineJoin = "round";
  const axis = bpmAxis(shownRates(seen, result.reference, view));
  const y = (bpm) => rate.bottom - ((bpm - axis.low) / (axis.high - axis.low)) * (rate.bottom - rate.top);

  rateGrid(chart, axis, y);
  timeAxis(chart, rate.top, height - BOTTOM);
  clipped(chart, rate.top, rate.bottom, () => {
    band(chart, seen, y);
    reference(chart, result.reference, y);
    rates(chart, seen, y);
  });
  clipped(chart, stripTop, stripTop + STATES, () => strip(chart, seen, stripTop));
  motion(chart, result.motion, motionTop, height - BOTTOM);
  if (drag) {
    context.fillStyle = colour("band");
    context.fillRect(x(drag[0]), TOP, x(drag[1]) - x(drag[0]), height - BOTTOM - TOP);
  }
  if (cursor && cursor.timeS >= view.from && cursor.timeS <= view.to) {
    crosshair(chart, cursor, y, height - BOTTOM);
  }
}

function* shownRates(hops, known, view) {
  for (const hop of hops) if (hop.bpmQ8) yield hop.bpm;
  for (const { timeS, bpm } of known) if (timeS >= view.from && timeS <= view.to && bpm) yield bpm;
}

function clipped({ context, width }, top, bottom, body) {
  context.save();
  context.beginPath();
  context.rect(LEFT, top, width - LEFT - RIGHT, bottom - top);
  context.clip();
  body();
  context.restore();
}

function rateGrid({ context, colour, width }, axis, y) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const bpm of axis.ticks) {
    context.fillStyle = colour("line");
    context.fillRect(LEFT, Math.round(y(bpm)), width - LEFT - RIGHT, 1);
    context.fillStyle = colour("soft");
    if (y(bpm) > TOP + 20) context.fillText(String(bpm), LEFT - 7, y(bpm));
  }
  context.fillStyle = colour("soft");
  context.textBaseline = "top";
  context.fillText("BPM", LEFT - 7, TOP);
}

function timeAxis({ context, colour, x, width, view }, top, bottom) {
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const time of timeTicks(view.from, view.to, Math.max(2, Math.floor((width - LEFT) / 80)))) {
    context.fillStyle = colour("line");
    context.fillRect(Math.round(x(time)), top, 1, bottom - top);
    context.fillStyle = colour("soft");
    const half = context.measureText(clock(time)).width / 2;
    context.fillText(clock(time), Math.min(width - half - 1, x(time)), bottom + 7);
  }
}

function follows(hop, before) {
  return hop.part === before.part && hop.timeS - before.timeS <= 1.5 * HOP_S;
}

/** Stretches of hops that follow each other, for which `same` is true of neighbours. */
function* stretches(hops, same) {
  let start = 0;
  for (let i = 1; i <= hops.length; i++) {
    if (i < hops.length && follows(hops[i], hops[i - 1]) && same(hops[i - 1], hops[i])) continue;
    yield hops.slice(start, i);
    start = i;
  }
}

/** The 90 % interval of the tracker's posterior; grey where the estimate is not valid. */
function band({ context, colour, x }, hops, y) {
  const kind = ({ high, state }) => (high ? (state === "valid" ? "band" : "band-unsure") : "none");
  let before = null;
  for (const stretch of stretches(hops, (a, b) => kind(a) === kind(b))) {
    const joined = before?.high && follows(stretch[0], before) ? [before, ...stretch] : stretch;
    before = stretch[stretch.length - 1];
    if (!before.high) continue;
    context.fillStyle = colour(kind(before));
    context.beginPath();
    for (const hop of joined) context.lineTo(x(hop.timeS), y(hop.low));
    for (const hop of joined.reverse()) context.lineTo(x(hop.timeS), y(hop.high));
    context.fill();
  }
}

function reference({ context, colour, x }, known, y) {
  context.strokeStyle = colour("reference");
  context.lineWidth = 1.5;
  context.setLineDash([2, 3]);
  context.beginPath();
  let drawn = false;
  for (const { timeS, bpm } of known) {
    if (Number.isFinite(bpm)) context[drawn ? "lineTo" : "moveTo"](x(timeS), y(bpm));
    drawn = Number.isFinite(bpm);
  }
  context.stroke();
  context.setLineDash([]);
}

function rates({ context, colour, x, view, width }, hops, y) {
  const spacing = (HOP_S * (width - LEFT - RIGHT)) / (view.to - view.from);
  const radius = Math.min(4, Math.max(1, spacing / 3));
  for (const stretch of stretches(hops, (a, b) => (a.state === "valid") === (b.state === "valid"))) {
    if (stretch[0].state === "valid") {
      context.strokeStyle = colour("valid");
      context.fillStyle = colour("valid");
      context.lineWidth = 2.2;
      context.beginPath();
      stretch.forEach((hop, i) => context[i ? "lineTo" : "moveTo"](x(hop.timeS), y(hop.bpm)));
      context.stroke();
      if (spacing < 9 && stretch.length > 1) continue;
      for (const hop of stretch) dot(context, x(hop.timeS), y(hop.bpm), radius, true);
      continue;
    }
    context.lineWidth = 1.3;
    for (const hop of stretch) {
      if (!hop.bpmQ8) continue;
      context.strokeStyle = colour(hop.state);
      dot(context, x(hop.timeS), y(hop.bpm), radius, false);
    }
  }
}

function dot(context, x, y, radius, filled) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  if (filled) context.fill();
  else context.stroke();
}

/** The state of every hop, its name where it fits. */
function strip({ context, colour, x }, hops, top) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const stretch of stretches(hops, (a, b) => a.state === b.state)) {
    const { state } = stretch[0];
    const [left, right] = [x(stretch[0].timeS - HOP_S), x(stretch[stretch.length - 1].timeS)];
    context.fillStyle = colour(state);
    context.fillRect(left, top, Math.max(1, right - left - 1), STATES);
    if (context.measureText(state).width + 12 > right - left) continue;
    context.fillStyle = colour(state === "acquiring" ? "ink" : "card");
    context.fillText(state, (left + right) / 2, top + STATES / 2 + 1);
  }
}

function motion(chart, values, top, bottom) {
  const { context, colour, x, view } = chart;
  const seen = values.filter(({ timeS }) => timeS > view.from - 1 && timeS < view.to + 1);
  const most = Math.max(0.2, seen.reduce((high, { g }) => Math.max(high, g), 0));
  const y = (g) => bottom - (g / most) * (bottom - top - 4);
  clipped(chart, top, bottom, () => {
    context.fillStyle = colour("motion");
    context.beginPath();
    let end = -Infinity;
    for (const { timeS, g } of seen) {
      if (timeS - end > 0.6) context.lineTo(x(end), bottom);
      if (timeS - end > 0.6) context.moveTo(x(timeS - 0.5), bottom);
      context.lineTo(x(timeS - 0.5), y(g));
      context.lineTo(x(timeS + 0.5), y(g));
      end = timeS + 0.5;
    }
    context.lineTo(x(end), bottom);
    context.fill();
  });
  context.fillStyle = colour("line");
  context.fillRect(LEFT, bottom, chart.width - LEFT - RIGHT, 1);
  context.fillStyle = colour("soft");
  context.textAlign = "right";
  context.textBaseline = "top";
  context.fillText(`${most.toFixed(1)} g`, LEFT - 7, top);
  context.textBaseline = "bottom";
  context.fillText("0", LEFT - 7, bottom + 3);
}

function crosshair({ context, colour, x }, hop, y, bottom) {
  context.fillStyle = colour("ink");
  context.fillRect(Math.round(x(hop.timeS)) - 0.5, TOP, 1, bottom - TOP);
  if (!hop.bpmQ8) return;
  context.fillStyle = colour("card");
  dot(context, x(hop.timeS), y(hop.bpm), 6, true);
  context.fillStyle = colour("ink");
  dot(context, x(hop.timeS), y(hop.bpm), 4, true);
}
