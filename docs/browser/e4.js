// SPDX-License-Identifier: Apache-2.0
// Empatica E4 exports: BVP.csv and ACC.csv, each the time of its first sample, its rate, then its samples.
// BVP is high-passed by the device, ACC comes in 1/64 g. HR.csv and IBI.csv are estimates from the same light
// and are not read.

import { FileError } from "./errors.js";
import { median, rint, short } from "./numbers.js";
import { makeRecording } from "./recording.js";

const SCALE = { lsb: 1 / 64, zero: 131072 }; // wristpulse/recordings/readers/empatica.py

/** The recording of BVP.csv and ACC.csv, given as bytes; both begin where the later of them begins. */
export function readE4(label, bvp, acc) {
  const light = signal(`${label}: BVP.csv`, bvp, 1);
  const motion = signal(`${label}: ACC.csv`, acc, 3);
  const start = Math.max(light.start, motion.start);
  const axes = from(label, "ACC.csv", motion, start);
  const lengths = axes[0].map((_, i) => Math.hypot(axes[0][i], axes[1][i], axes[2][i]));
  const perG = median(lengths) > 8 ? 64 : 1;
  const recording = makeRecording(label, {
    ppg: from(label, "BVP.csv", light, start),
    fsPpg: light.fs,
    acc: axes.map((axis) => axis.map((value) => value / perG)),
    fsAcc: motion.fs,
    ...SCALE,
  });
  const notes = [
    `An Empatica E4's export: light at ${short(light.fs)} Hz, motion at ${short(motion.fs)} Hz.`,
  ];
  return { recordings: [recording], notes };
}

/** {start, fs, columns} of one file, parsed line by line: a day has 5.5 million of them. */
function signal(label, bytes, count) {
  const text = new TextDecoder().decode(bytes);
  const rows = [];
  let line = 0;
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    line++;
    const row = text.slice(at, end).trim();
    at = end + 1;
    if (!row) continue;
    const cells = row.split(",");
    if (cells.length !== count) {
      throw new FileError(label, `line ${line}`, `${count} number${count > 1 ? "s" : ""}`, `${cells.length}`);
    }
    for (const cell of cells) {
      const value = cell.trim() === "" ? NaN : Number(cell);
      if (Number.isNaN(value)) {
        throw new FileError(label, `line ${line}`, "a number", `"${cell.trim().slice(0, 40)}"`);
      }
      rows.push(value);
    }
  }
  const samples = rows.length / count - 2;
  if (samples < 1) throw new FileError(label, "file", "start, rate, then samples", `${samples + 2} lines`);
  const [start, fs] = [rows[0], rows[count]];
  if (!(start >= 0 && fs > 0 && fs <= 1e4)) {
    throw new FileError(label, "first lines", "seconds since 1970, then Hz", `${short(start)}, ${short(fs)}`);
  }
  const column = (c) => Float64Array.from({ length: samples }, (_, i) => rows[(i + 2) * count + c]);
  return { start, fs, columns: Array.from({ length: count }, (_, c) => column(c)) };
}

function from(label, name, { start, fs, columns }, begin) {
  const skip = rint((begin - start) * fs);
  if (skip >= columns[0].length) {
    const found = `none, ${short(begin - start)} s off`;
    throw new FileError(label, name, "samples at the same time as the other sensor's", found);
  }
  return columns.map((column) => column.subarray(skip));
}
