// SPDX-License-Identifier: Apache-2.0
// The Web Worker: a file in, the firmware's results out; the page stays responsive meanwhile.
//
// In: {wasm, files}. Out: {progress} several times, then {result} or {error}, an error being one sentence.

import { FileError } from "./errors.js";
import { estimate, loadEstimator, stateNames } from "./estimator.js";
import { readFiles } from "./formats.js";
import { motionOf } from "./motion.js";
import { toCounts } from "./recording.js";
import { darkNote } from "./scale.js";

self.onmessage = async ({ data: { wasm, files } }) => {
  try {
    self.postMessage({ result: await compute(wasm, files) });
  } catch (error) {
    const ours = error instanceof FileError;
    self.postMessage({ error: ours ? error.message : `The page failed, please report it: ${error}` });
  }
};

async function compute(wasm, files) {
  const { recordings, notes, name } = await readFiles(files);
  const core = await loadEstimator(wasm);
  const names = stateNames(core);
  const begun = performance.now();
  const hops = [];
  const motion = [];
  const reference = [];
  const total = recordings.reduce((sum, recording) => sum + recording.seconds, 0);
  let done = 0;
  recordings.forEach((recording, part) => {
    const found = estimate(core, toCounts(recording), (share) =>
      self.postMessage({ progress: (done + share * recording.seconds) / total }),
    );
    for (const hop of found.timeUs.keys()) hops.push(hopOf(found, hop, part, recording.startS, names));
    const moved = motionOf(recording);
    moved.timeS.forEach((time, i) => motion.push({ timeS: recording.startS + time, g: moved.g[i] }));
    const known = recording.reference ?? { timeS: [], bpm: [] };
    known.timeS.forEach((timeS, i) => reference.push({ timeS, bpm: known.bpm[i] }));
    done += recording.seconds;
  });
  const last = recordings[recordings.length - 1];
  return {
    name,
    notes: [...notes, ...advice(files[0].name, recordings)],
    seconds: last.startS + last.seconds,
    parts: recordings.length,
    tookS: (performance.now() - begun) / 1000,
    hops,
    motion,
    reference,
  };
}

function hopOf(found, hop, part, startS, names) {
  const timeUs = found.timeUs[hop];
  return {
    part,
    hop,
    timeUs,
    timeS: startS + timeUs / 1e6,
    bpmQ8: found.bpmQ8[hop],
    confidenceQ15: found.confidenceQ15[hop],
    state: names[found.state[hop]],
    gaps: found.gaps[hop],
    bpm: found.bpmQ8[hop] / 256,
    low: found.lowQ8[hop] / 256, // 0: no range
    high: found.highQ8[hop] / 256,
    confidence: found.confidenceQ15[hop] / 32768,
  };
}

/** What a user should know of the recording. */
function advice(label, recordings) {
  const notes = recordings.map((recording) => darkNote(label, recording)).filter(Boolean);
  const parts = recordings.length;
  if (parts > 1) notes.push(`The recording pauses: ${parts} parts, each from a fresh start.`);
  return notes;
}
