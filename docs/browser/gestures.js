// SPDX-License-Identifier: Apache-2.0
// Mouse, touch, wheel and keyboard on the chart, told as what they mean.

import { timeAt } from "./draw.js";

const CLICK_PX = 5; // a drag of less is a click
const KEYS = {
  ArrowLeft: ["step", -1], ArrowRight: ["step", 1], Home: ["step", -Infinity], End: ["step", Infinity],
  "+": ["zoom", 1.5], "=": ["zoom", 1.5], "-": ["zoom", 1 / 1.5], 0: ["all"],
  PageUp: ["shift", -0.5], PageDown: ["shift", 0.5],
};

/**
 * Listen on a canvas. view(): what is seen.
 *
 * actions: point(time), choose([from, to] or null), range(from, to), zoom(factor, about), shift(share),
 * step(hops), all(). zoom and shift answer whether anything changed.
 */
export function listen(canvas, view, actions) {
  const pointers = new Map(); // of those that are down: their latest event
  let begin = null; // time at which a mouse's drag began
  let startX = 0;

  const place = (event) => event.clientX - canvas.getBoundingClientRect().left;
  const time = (event) => timeAt(place(event), canvas.clientWidth, view());
  const spread = () => {
    const [a, b] = [...pointers.values()].map(place);
    return Math.max(20, Math.abs(a - b));
  };

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, event);
    startX = place(event);
    begin = event.pointerType === "mouse" && event.button === 0 ? time(event) : null;
    actions.point(time(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (before && pointers.size === 2) {
      const width = spread();
      pointers.set(event.pointerId, event);
      const middle = [...pointers.values()].reduce((sum, one) => sum + time(one), 0) / 2;
      actions.zoom(spread() / width, middle);
    } else if (before && event.pointerType !== "mouse") {
      const moved = place(event) - place(before);
      pointers.set(event.pointerId, event);
      if (!actions.shift(-moved / canvas.clientWidth)) actions.point(time(event));
    } else {
      actions.point(time(event));
      if (begin !== null) actions.choose([Math.min(begin, time(event)), Math.max(begin, time(event))]);
    }
  });
  const end = (event) => {
    pointers.delete(event.pointerId);
    if (begin === null) return;
    actions.choose(null);
    if (event.type === "pointerup" && Math.abs(place(event) - startX) > CLICK_PX) {
      actions.range(Math.min(begin, time(event)), Math.max(begin, time(event)));
    }
    begin = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", (event) => {
    const hovering = !pointers.size && event.pointerType === "mouse";
    if (hovering && document.activeElement !== canvas) actions.point(null);
  });
  canvas.addEventListener("dblclick", () => actions.all());
  canvas.addEventListener("wheel", (event) => {
    // Where nothing changes, the page scrolls.
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1; // pixels
    const [across, down] = [unit * event.deltaX, unit * event.deltaY];
    const sideways = Math.abs(across) > Math.abs(down) || event.shiftKey;
    const changed = sideways
      ? actions.shift((across || down) / 600)
      : actions.zoom(Math.exp(-down / 300), time(event));
    if (changed) event.preventDefault();
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const found = KEYS[event.key];
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [action, by] = found;
    actions[action](action === "step" && event.shiftKey ? 10 * by : by);
  });
}
