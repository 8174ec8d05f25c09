// SPDX-License-Identifier: Apache-2.0
// Recordings in the repository's own format, an .npz of plain arrays: docs/data.md, "Your own recordings".

import { FileError } from "./errors.js";
import { short } from "./numbers.js";
import { readNpy } from "./npy.js";
import { makeRecording } from "./recording.js";

const FORMAT = "pulse-recording-1";
const HR_RANGE = [30, 220]; // BPM; reference values outside are glitches of the reference

/** The recording in an archive of .npy members (zip.js). */
export async function readOwn(label, members) {
  const content = new Map();
  for (const [name, member] of members) {
    if (!name.endsWith(".npy")) continue;
    content.set(name.slice(0, -4), readNpy(`${label}: ${name}`, await member.read()));
  }
  const format = content.get("format")?.data;
  if (format !== FORMAT) {
    throw new FileError(label, "format", `"${FORMAT}" (docs/data.md)`, format ? `"${format}"` : "none");
  }
  const get = (key, usual) => number(label, content, key, usual);
  const ppg = columns(label, content, "ppg");
  const acc = columns(label, content, "acc", 3);
  const led = get("led", 0);
  if (!(led >= 0 && led < ppg.length)) throw new FileError(label, "led", `0 to ${ppg.length - 1}`, led);
  const scale = { lsb: positive(label, "ppg_lsb", get("ppg_lsb", 1)), zero: get("ppg_zero", 0) };
  const recording = makeRecording(label, {
    ppg,
    fsPpg: positive(label, "fs_ppg", get("fs_ppg")),
    acc,
    fsAcc: positive(label, "fs_acc", get("fs_acc")),
    ...scale,
    led,
    reference: referenceOf(label, content, get("label_offset_s", 0)),
  });
  checkScale(label, ppg, scale);
  const name = content.get("name")?.data;
  const simulated = content.get("dataset")?.data === "simulator";
  const notes = [`Read with its own scale: ppg_lsb ${short(scale.lsb, 9)}, ppg_zero ${scale.zero}.`];
  if (simulated) notes.unshift("Simulated, no person: no evidence of accuracy.");
  return { recordings: [recording], notes, name };
}

function columns(label, content, key, wanted) {
  const array = content.get(key);
  if (!array) {
    const names = [...content.keys()].join(", ").slice(0, 80);
    throw new FileError(label, key, "an array of that name", names || "nothing");
  }
  if (!"iuf".includes(array.kind)) throw new FileError(label, key, "numbers", `type ${array.kind}`);
  const [samples, count = wanted ? 0 : 1] = array.shape;
  if (array.shape.length > 2 || array.shape.length < 1 || !count || (wanted && count !== wanted)) {
    const expected = `numbers of shape (samples, ${wanted ?? "leds"})`;
    throw new FileError(label, key, expected, `shape (${array.shape.join(", ")})`);
  }
  return Array.from({ length: count }, (_, c) =>
    Float64Array.from({ length: samples }, (_value, i) => array.data[i * count + c]),
  );
}

function number(label, content, key, usual) {
  const array = content.get(key);
  if (!array && usual !== undefined) return usual;
  if (!array) throw new FileError(label, key, "an array of that name", "none");
  if (!"iuf".includes(array.kind) || array.data.length !== 1 || !Number.isFinite(array.data[0])) {
    throw new FileError(label, key, "one finite number", `shape (${array.shape.join(", ")})`);
  }
  return array.data[0];
}

function positive(label, key, value) {
  if (value > 0) return value;
  throw new FileError(label, key, "a positive number", value);
}

/** A user's PPG must make sense as 18-bit counts under the scale that came with it. */
function checkScale(label, ppg, { lsb, zero }) {
  let inside = 0;
  let low = Infinity;
  let high = -Infinity;
  for (const column of ppg) {
    for (const value of column) {
      const counts = value / lsb + zero;
      inside += counts >= 0 && counts < 2 ** 18;
      low = Math.min(low, counts);
      high = Math.max(high, counts);
    }
  }
  if (inside < 0.5 * ppg.length * ppg[0].length || high - low < 16) {
    const expected = "a scale by which PPG / ppg_lsb + ppg_zero uses the range 0 to 262143";
    throw new FileError(label, "ppg_lsb, ppg_zero", expected, `${short(low, 6)} to ${short(high, 6)}`);
  }
}

/** {timeS, bpm} at the ends of the reference's 8 s windows; null without a reference. */
function referenceOf(label, content, offset) {
  const hr = content.get("hr");
  if (!hr) return null;
  const starts = content.get("hr_start_s")?.data ?? hr.data.map((_, i) => 2 * i);
  if (starts.length !== hr.data.length) {
    throw new FileError(label, "hr", `${starts.length} windows`, `shape (${hr.shape.join(", ")})`);
  }
  return {
    timeS: starts.map((start) => start + offset + 8),
    bpm: hr.data.map((bpm) => (bpm >= HR_RANGE[0] && bpm <= HR_RANGE[1] ? bpm : NaN)),
  };
}
