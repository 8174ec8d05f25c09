// SPDX-License-Identifier: Apache-2.0
// The scale of a sensor that nobody described: the rules of wristpulse/recordings/scale.py, in its order.
// tests/browser compares both on examples.

import { FileError } from "./errors.js";
import { median, percentileSorted, rint, short } from "./numbers.js";
import { checkRate, WINDOW_S } from "./recording.js";

const COUNTS = 2 ** 18; // the device's PPG is unsigned, of 18 bits
const MIDDLE = COUNTS / 2;
const DARK_COUNTS = 4096; // below: no skin before the sensor

// What 1 g is in the units that sensors and files use; 64 is an Empatica E4's.
export const UNITS = [
  ["g", 1], ["m/s2", 9.80665], ["1/64 g", 64], ["1/128 g", 128], ["1/256 g", 256], ["1/512 g", 512],
  ["mg", 1000], ["1/2048 g", 2048], ["1/4096 g", 4096], ["1/8192 g", 8192], ["1/16384 g", 16384],
];
const TOLERANCE = 1.5; // by which gravity may seem larger or smaller: motion, gain errors

/** Columns of at least 8 s of finite samples, not all alike, at 10 Hz or more; else a FileError. */
export function checkSignal(label, name, columns, fs) {
  checkRate(label, `rate of ${name}`, fs);
  const samples = columns[0].length;
  if (samples < WINDOW_S * fs) {
    const found = `${(samples / fs).toFixed(2)} s`;
    throw new FileError(label, name, `at least one window of ${WINDOW_S} s`, found);
  }
  if (columns.every((column) => column.every((value) => value === column[0]))) {
    const found = `${short(columns[0][0])} in all ${samples} samples`;
    throw new FileError(label, name, "a signal that varies", found);
  }
}

/** The scale {lsb, zero, why} that puts light in any unit well inside the device's range. */
export function ppgScale(label, columns, fs) {
  checkSignal(label, "ppg", columns, fs);
  const all = joined(columns);
  const sorted = all.slice().sort();
  const low = percentileSorted(sorted, 0.5);
  const high = percentileSorted(sorted, 99.9);
  const usual = columns.map((column) => percentileSorted(Float64Array.from(column).sort(), 50));
  const least = Math.min(...usual);
  if (low >= 0 && least > 0) {
    const whole = all.every((value) => value === Math.floor(value));
    if (whole && least >= 2 * DARK_COUNTS && high < COUNTS) {
      return { lsb: 1, zero: 0, why: `Light: counts around ${short(usual[0], 6)}, taken as they are.` };
    }
    const power = Math.floor(Math.log2(Math.min(MIDDLE / Math.max(...usual), (COUNTS - 1) / high)));
    const lsb = 2 ** -power;
    if (least / lsb >= 2 * DARK_COUNTS) {
      return { lsb, zero: 0, why: `Light: around ${short(usual[0])}, taken times ${short(1 / lsb)}.` };
    }
  }
  return aroundMiddle(all, sorted);
}

/** For a signal about zero (high-passed), or with an offset below it. */
function aroundMiddle(all, sorted) {
  let middle = median(sorted);
  let away = all.map((value) => Math.abs(value - middle)).sort();
  if (Math.abs(middle) < percentileSorted(away, 99.9) / 4) {
    middle = 0;
    away = all.map(Math.abs).sort();
  }
  const largest = away[away.length - 1];
  const far = Math.min(largest, 4 * percentileSorted(away, 99.9) || largest);
  const lsb = 2 ** -Math.floor(Math.log2((MIDDLE - DARK_COUNTS) / far));
  const where = middle === 0 ? "around zero (high-passed)" : `around ${short(middle)}`;
  const why = `Light: ${where}, put in the middle of the range, times ${short(1 / lsb)}.`;
  return { lsb, zero: MIDDLE - rint(middle / lsb), why };
}

/** A sentence on a recording that the device would take for no contact most of the time, else null. */
export function darkNote(label, { ppg, led, lsb, zero, fsPpg }) {
  const light = Float64Array.from(ppg[led]);
  const dark = light.filter((value) => value / lsb + zero < DARK_COUNTS).length / light.length;
  if (dark <= 0.5 || light.every((value) => value === light[0])) return null;
  const better = ppgScale(label, [light], fsPpg);
  const share = Math.round(100 * dark);
  return `${share} % of the light lies below ${DARK_COUNTS} counts, where the device sees no contact; `
    + `ppg_lsb = ${short(better.lsb, 17)}, ppg_zero = ${better.zero} would put it in range.`;
}

/** The unit {perG, unit, why} of an acceleration, told by gravity. */
export function accScale(label, axes, fs) {
  checkSignal(label, "acc", axes, fs);
  const gravity = gravityOf(axes, fs);
  const distance = ([, perG]) => Math.abs(Math.log(Math.max(gravity, 1e-9) / perG));
  const [unit, perG] = UNITS.reduce((best, item) => (distance(item) < distance(best) ? item : best));
  if (!(perG / TOLERANCE <= gravity && gravity <= perG * TOLERANCE)) {
    const hint = gravity < 0.5 ? "; was the mean removed?" : gravity > 2e4 ? "; has it an offset?" : "";
    const expected = "gravity of about 1 (g), 9.80665 (m/s2), 64 (1/64 g), 1000 (mg) or raw counts";
    throw new FileError(label, "acc", expected, `${short(gravity, 3)}${hint}`);
  }
  return { perG, unit, why: `Motion: gravity measures ${short(gravity, 3)}, so the unit is ${unit}.` };
}

/** Median length of the mean vector of every 4 s: arm swing cancels there. */
function gravityOf(axes, fs) {
  const block = Math.max(1, rint(4 * fs));
  const lengths = [];
  for (let start = 0; start + block <= axes[0].length; start += block) {
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / block;
    const means = axes.map((axis) => mean(axis.subarray(start, start + block)));
    lengths.push(Math.hypot(...means));
  }
  return median(lengths);
}

function joined(columns) {
  const all = new Float64Array(columns.length * columns[0].length);
  columns.forEach((column, i) => all.set(column, i * column.length));
  return all;
}
