// SPDX-License-Identifier: Apache-2.0
// A recording and what the device's sensors would have delivered for it: docs/signal_path.md, section 1.
// The checks are those of wristpulse/recordings/recording.py, the counts those of wristpulse/core/sensor.py.

import { FileError } from "./errors.js";
import { median, rint, short } from "./numbers.js";

export const WINDOW_S = 8;
const LEAST_HZ = 10; // samples further apart than 100 ms are gaps
const HOP_S = 2;
const PPG_MAX = 2 ** 18 - 1;
const ACC_LSB_PER_G = 4096;

/**
 * A checked recording of both sensors from one time on, each at a fixed rate.
 *
 * ppg: array of Float64Arrays, one an LED, any unit; acc: three of them, g; fsPpg, fsAcc: Hz;
 * lsb, zero: counts are ppg / lsb + zero; led: which to use; startS: where in its file it begins;
 * reference: null or {timeS, bpm}, timeS the ends of the 8 s windows on the PPG's clock.
 */
export function makeRecording(label, fields) {
  const { ppg, fsPpg, acc, fsAcc } = fields;
  const single = (columns) => columns.map((column) => Float32Array.from(column));
  const usual = { led: 0, startS: 0, reference: null };
  const recording = { ...usual, ...fields, ppg: single(ppg), acc: single(acc) };
  checkRate(label, "fs_ppg", fsPpg);
  checkRate(label, "fs_acc", fsAcc);
  checkFinite(label, "ppg", recording.ppg);
  checkFinite(label, "acc", recording.acc);
  const seconds = { ppg: ppg[0].length / fsPpg, acc: acc[0].length / fsAcc };
  const both = Math.min(seconds.ppg, seconds.acc);
  if (!(both >= WINDOW_S)) {
    throw new FileError(label, "ppg, acc", `at least one window of ${WINDOW_S} s`, `${short(both)} s`);
  }
  if (Math.abs(seconds.acc - seconds.ppg) > HOP_S) {
    const span = `${short(fsAcc)} Hz over the PPG's ${short(seconds.ppg)} s`;
    const expected = `about ${rint(seconds.ppg * fsAcc)} samples (${span})`;
    throw new FileError(label, "acc", expected, acc[0].length);
  }
  const [x, y, z] = recording.acc;
  const magnitude = median(x.map((_, i) => Math.hypot(x[i], y[i], z[i])));
  if (!(magnitude > 0.3 && magnitude < 3)) {
    throw new FileError(label, "acc", "g with gravity (median magnitude 0.3 to 3)", short(magnitude, 3));
  }
  return { ...recording, seconds: both };
}

export function checkRate(label, name, fs) {
  if (fs >= LEAST_HZ) return;
  const expected = `${LEAST_HZ} Hz or more (samples over 100 ms apart are gaps)`;
  throw new FileError(label, name, expected, `${short(fs)} Hz`);
}

function checkFinite(label, name, columns) {
  const samples = columns[0].length;
  let bad = 0;
  let first = -1;
  for (let i = 0; i < samples; i++) {
    if (columns.every((column) => Number.isFinite(column[i]))) continue;
    if (first < 0) first = i;
    bad++;
  }
  if (!bad) return;
  const found = `${bad} that are not, the first at sample ${first}`;
  throw new FileError(label, name, "finite samples", found);
}

/** {ppg, acc, ppgPeriodNs, accPeriodNs}: unsigned 18-bit counts, int16 [x, y, z] at 4096 to the g. */
export function toCounts(recording) {
  const light = recording.ppg[recording.led];
  const [x, y, z] = recording.acc;
  const acc = new Int16Array(3 * x.length);
  const steps = (g) => Math.min(32767, Math.max(-32768, rint(g * ACC_LSB_PER_G)));
  for (let i = 0; i < x.length; i++) {
    acc[3 * i] = steps(x[i]);
    acc[3 * i + 1] = steps(y[i]);
    acc[3 * i + 2] = steps(z[i]);
  }
  const counts = (value) => Math.min(PPG_MAX, Math.max(0, rint(value / recording.lsb) + recording.zero));
  return {
    ppg: Uint32Array.from(light, counts),
    acc,
    ppgPeriodNs: rint(1e9 / recording.fsPpg),
    accPeriodNs: rint(1e9 / recording.fsAcc),
  };
}
