// SPDX-License-Identifier: Apache-2.0
// The chart: what is seen of a result, where the cursor stands, and the canvas that shows it.

import { coloursOf, drawChart } from "./draw.js";
import { listen } from "./gestures.js";
import { shifted, viewOf, wholeView, zoomed } from "./view.js";

/** A chart on a canvas. onView(hops in view, view) and onCursor(hop or null) tell of changes. */
export function makeChart(canvas, { onView, onCursor }) {
  const context = canvas.getContext("2d");
  let result = null;
  let view = null;
  let cursor = null;
  let drag = null;
  let due = false;

  function draw() {
    due = false;
    const size = { width: canvas.clientWidth, height: canvas.clientHeight };
    if (!result || !size.width) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawChart(context, { result, view, size, colour: coloursOf(canvas), cursor, drag });
  }

  function redraw() {
    if (!due) requestAnimationFrame(draw);
    due = true;
  }

  function look(next) {
    if (Math.abs(next.from - view.from) + Math.abs(next.to - view.to) < 1e-6) return false;
    view = next;
    onView(result.hops.filter(({ timeS }) => timeS >= view.from && timeS <= view.to), view);
    onCursor(cursor);
    redraw();
    return true;
  }

  function setCursor(hop) {
    if (hop === cursor) return;
    cursor = hop;
    onCursor(hop);
    redraw();
  }

  const isSeen = (hop) => hop && hop.timeS >= view.from && hop.timeS <= view.to;
  const middle = () => (isSeen(cursor) ? cursor.timeS : (view.from + view.to) / 2);
  const actions = {
    point: (time) => setCursor(time === null ? null : nearest(result.hops, time)),
    choose(range) {
      drag = range;
      redraw();
    },
    range: (from, to) => look(viewOf(from, to, result.seconds)),
    zoom: (factor, about = middle()) => look(zoomed(view, factor, about, result.seconds)),
    shift: (share) => look(shifted(view, share, result.seconds)),
    all: () => look(wholeView(result.seconds)),
    step(by) {
      const from = cursor ? result.hops.indexOf(cursor) : by > 0 ? -1 : result.hops.length;
      const hop = result.hops[Math.min(result.hops.length - 1, Math.max(0, from + by))];
      if (!hop) return;
      setCursor(hop);
      const beyond = Math.max(0, hop.timeS - view.to) + Math.min(0, hop.timeS - view.from);
      if (beyond) actions.shift(beyond / (view.to - view.from) + 0.1 * Math.sign(beyond));
    },
  };

  listen(canvas, () => view, actions);
  new ResizeObserver(redraw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  return {
    actions,
    show(found) {
      result = found;
      view = wholeView(result.seconds);
      cursor = null;
      onView(result.hops, view);
      onCursor(null);
      redraw();
    },
    /** Draw what is due now, for a picture of it. */
    draw,
  };
}

function nearest(hops, time) {
  const distance = (hop) => Math.abs(hop.timeS - time);
  return hops.reduce((best, hop) => (best && distance(best) <= distance(hop) ? best : hop), null);
}
