// SPDX-License-Identifier: Apache-2.0
// Samples with times of their own, made recordings of fixed rates: wristpulse/recordings/exports/timed.py.

import { FileError } from "./errors.js";
import { interpolate, median, rint, searchSorted, short } from "./numbers.js";
import { checkRate, makeRecording, WINDOW_S } from "./recording.js";
import { accScale, checkSignal, ppgScale } from "./scale.js";

const BRIDGE_S = 0.5; // a longer pause ends a recording and begins another; a shorter one is bridged
const JITTER = 0.25; // of a period: times further off a fixed rate are resampled

/**
 * {recordings, notes}: the parts of at least 8 s in which both sensors ran without a longer pause than 0.5 s,
 * and how they were read.
 *
 * ppg, acc: {columns, t}, arrays of Float64Arrays and their times in seconds.
 * perG: how many of acceleration's units are 1 g, undefined where gravity is to tell.
 */
export function timedRecordings(label, ppg, acc, perG) {
  const light = series(label, "ppg", ppg);
  const motion = series(label, "acc", acc);
  const both = common(runs(light), runs(motion));
  if (!both.length) {
    const span = ({ t }) => `${t[0].toFixed(3)} to ${t[t.length - 1].toFixed(3)} s`;
    const expected = `${WINDOW_S} s of both sensors without a pause of more than ${BRIDGE_S} s`;
    const found = `PPG from ${span(light)}, acceleration from ${span(motion)}`;
    throw new FileError(label, "times", expected, found);
  }
  checkSignal(label, "ppg", light.columns, light.fs);
  checkSignal(label, "acc", motion.columns, motion.fs);
  const scale = ppgScale(label, light.columns, light.fs);
  const stated = { perG, why: "Motion: in the unit that the file states." };
  const unit = perG ? stated : accScale(label, motion.columns, motion.fs);
  const recordings = both.map(([start, end]) =>
    makeRecording(label, {
      ppg: regular(light, start, end),
      fsPpg: light.fs,
      acc: regular(motion, start, end).map((axis) => axis.map((value) => value / unit.perG)),
      fsAcc: motion.fs,
      lsb: scale.lsb,
      zero: scale.zero,
      startS: start - both[0][0],
    }),
  );
  return { recordings, notes: [scale.why, unit.why] };
}

function series(label, name, { columns, t }) {
  const whole = [];
  for (let i = 0; i < t.length; i++) {
    if (Number.isFinite(t[i]) && columns.every((column) => Number.isFinite(column[i]))) whole.push(i);
  }
  const kept = (values) => Float64Array.from(whole, (i) => values[i]);
  if (whole.length < 2) throw new FileError(label, name, "samples with times", whole.length);
  const times = spread(kept(t));
  const steps = times.slice(1).map((time, i) => time - times[i]);
  const back = steps.findIndex((step) => step < 0);
  if (back >= 0) {
    const found = `${times[back + 1].toFixed(3)} s after ${times[back].toFixed(3)} s`;
    throw new FileError(label, `times of ${name}`, "increasing", found);
  }
  const usual = median(steps);
  const near = steps.filter((step) => step <= Math.max(BRIDGE_S, usual));
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const periods = sum(near.map((step) => rint(step / usual)));
  const fs = usual > 0 ? Number((periods / sum(near)).toPrecision(7)) : 0;
  checkRate(label, `rate of ${name}`, fs);
  return { columns: columns.map(kept), t: times, fs };
}

/**
 * Times of samples that come in batches stamped alike, spread evenly up to each batch's stamp.
 * A batch after a pause reaches back no further than its samples' usual distance lets it.
 */
function spread(t) {
  const last = []; // of each batch
  for (let i = 0; i < t.length; i++) if (i + 1 === t.length || t[i + 1] !== t[i]) last.push(i);
  if (last.length === t.length || last.length < 2) return t;
  const sizes = last.map((at, batch) => at - (batch ? last[batch - 1] : -1));
  const periods = last.slice(1).map((at, i) => (t[at] - t[last[i]]) / sizes[i + 1]);
  const period = median(periods);
  const out = new Float64Array(t.length);
  last.forEach((at, batch) => {
    const before = batch ? t[last[batch - 1]] : t[at] - sizes[0] * period;
    const apart = Math.min((t[at] - before) / sizes[batch], 1.5 * period);
    for (let i = at - sizes[batch] + 1; i <= at; i++) out[i] = t[at] - (at - i) * apart;
  });
  return out;
}

/** From the first sample to a period after the last one, of each stretch without a pause: [[start, end]]. */
function runs({ t, fs }) {
  const found = [];
  let start = t[0];
  for (let i = 1; i <= t.length; i++) {
    if (i < t.length && t[i] - t[i - 1] <= BRIDGE_S) continue;
    found.push([start, t[i - 1] + 1 / fs]);
    start = t[i];
  }
  return found;
}

function common(lights, motions) {
  const found = [];
  for (const a of lights) {
    for (const b of motions) {
      const start = Math.max(a[0], b[0]);
      const end = Math.min(a[1], b[1]);
      if (end - start >= WINDOW_S - 1e-6) found.push([start, end]);
    }
  }
  return found;
}

/** The samples from start to before end at the series' rate. */
function regular({ columns, t, fs }, start, end) {
  const first = searchSorted(t, start - 1e-6);
  const last = searchSorted(t, end - 1e-6);
  const times = t.subarray(first, last);
  const parts = columns.map((column) => column.subarray(first, last));
  if (times.every((time, k) => Math.abs(time - times[0] - k / fs) <= JITTER / fs)) return parts;
  const samples = Math.floor((end - start) * fs + 1e-6);
  const grid = Float64Array.from({ length: samples }, (_, k) => start + k / fs);
  return columns.map((column) => interpolate(grid, t, column));
}
