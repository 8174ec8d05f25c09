// SPDX-License-Identifier: Apache-2.0
// Where ticks stand.

const TIME_STEPS = [2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const LEAST_SPAN = 40; // BPM

/** Times between from and to, at most `count` of them, at round steps. */
export function timeTicks(from, to, count) {
  const step = TIME_STEPS.find((s) => (to - from) / s <= count) ?? TIME_STEPS[TIME_STEPS.length - 1];
  const ticks = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) ticks.push(t);
  return ticks;
}

/** {low, high, ticks} of a BPM axis that shows `values`: whole twenties around them. */
export function bpmAxis(values) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low <= high)) [low, high] = [60, 100];
  low = Math.floor((low - 4) / 10) * 10;
  high = Math.ceil((high + 4) / 10) * 10;
  if (high - low < LEAST_SPAN) {
    low = Math.max(30, Math.floor((low + high - LEAST_SPAN) / 20) * 10);
    high = low + LEAST_SPAN;
  }
  const step = high - low > 120 ? 40 : high - low > 50 ? 20 : 10;
  const ticks = [];
  for (let bpm = Math.ceil(low / step) * step; bpm <= high; bpm += step) ticks.push(bpm);
  return { low, high, ticks };
}
