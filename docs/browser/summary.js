// SPDX-License-Identifier: Apache-2.0
// A recording in a few figures.

import { interpolate, median, searchSorted } from "./numbers.js";
import { duration, percent } from "./words.js";

const MOST_APART_S = 4; // labels further apart than that leave a hole

/** [{term, value, unit, more}] of a worker's result. */
export function summaryOf(result) {
  const valid = result.hops.filter(({ state }) => state === "valid");
  const rates = valid.map(({ bpm }) => bpm);
  const low = Math.round(rates.reduce((a, b) => Math.min(a, b), Infinity));
  const high = Math.round(rates.reduce((a, b) => Math.max(a, b), 0));
  const tiles = [
    {
      term: "Heart rate, median",
      value: rates.length ? Math.round(median(rates)) : "none",
      unit: rates.length ? "BPM" : "",
      more: rates.length ? `${low} to ${high} BPM` : "no valid value",
    },
    {
      term: "Valid",
      value: result.hops.length ? percent(valid.length / result.hops.length) : "none",
      more: `${valid.length} of ${result.hops.length} values`,
    },
    { term: "Recording", value: duration(result.seconds), more: "a value every 2 s" },
    {
      term: "Computed in",
      value: result.tookS < 10 ? result.tookS.toFixed(2) : result.tookS.toFixed(0),
      unit: "s",
      more: `${Math.round(result.seconds / Math.max(result.tookS, 1e-3))} times real time`,
    },
  ];
  const errors = errorsOf(result, valid);
  if (errors.length) {
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const more = "valid, against the reference";
    tiles.splice(2, 0, { term: "Mean error", value: mean.toFixed(1), unit: "BPM", more });
  }
  return tiles;
}

/** Absolute errors of hops where two labels no more than 4 s apart surround them: labels.py of training. */
export function errorsOf(result, hops) {
  const known = result.reference;
  if (known.length < 2) return [];
  const times = Float64Array.from(known, ({ timeS }) => timeS);
  const labels = Float64Array.from(known, ({ bpm }) => bpm);
  const found = [];
  for (const { timeS, bpm } of hops) {
    if (timeS < times[0] || timeS > times[times.length - 1]) continue;
    const after = Math.max(1, searchSorted(times, timeS));
    if (times[after] - times[after - 1] > MOST_APART_S) continue;
    const [label] = interpolate([timeS], times, labels);
    if (Number.isFinite(label)) found.push(Math.abs(bpm - label));
  }
  return found;
}
