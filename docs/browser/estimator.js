// SPDX-License-Identifier: Apache-2.0
// The firmware's estimator: zephyr_app/wasm/estimate.c, compiled. Samples in, a result every 2 s.

/** The module's functions. bytes: pulse.wasm; it imports nothing. */
export async function loadEstimator(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  return instance.exports;
}

/** The firmware's names of states, in the order of enum pulse_state. */
export function stateNames(core) {
  const memory = new Uint8Array(core.memory.buffer);
  const nameOf = (state) => {
    const start = core.web_state_name(state);
    return new TextDecoder().decode(memory.subarray(start, memory.indexOf(0, start)));
  };
  const names = [];
  for (let name = nameOf(0); name !== "unknown"; name = nameOf(names.length)) names.push(name);
  return names;
}

/**
 * All results of a recording from a fresh start, as arrays of numbers, one value a hop.
 *
 * counts: of recording.js; samples of both channels go in by time. onProgress(share) is called now and then.
 */
export function estimate(core, counts, onProgress = () => {}) {
  const { ppg, acc } = counts;
  const ppgUs = (i) => Math.floor((i * counts.ppgPeriodNs) / 1000);
  const accUs = (i) => Math.floor((i * counts.accPeriodNs) / 1000);
  const samples = acc.length / 3;
  const hops = { timeUs: [], bpmQ8: [], confidenceQ15: [], state: [], gaps: [], lowQ8: [], highQ8: [] };
  core.web_start();
  for (let p = 0, a = 0; p < ppg.length || a < samples; ) {
    if (a === samples || (p < ppg.length && ppgUs(p) <= accUs(a))) {
      core.web_ppg(ppgUs(p), ppg[p]);
      if (++p % 16384 === 0) onProgress(p / ppg.length);
    } else {
      core.web_acc(accUs(a), acc[3 * a], acc[3 * a + 1], acc[3 * a + 2]);
      a++;
    }
    while (core.web_take()) keep(core, hops);
  }
  return hops;
}

/** Append the latest result to `hops`. */
export function keep(core, hops) {
  hops.timeUs.push(core.web_time_us());
  hops.bpmQ8.push(core.web_bpm_q8());
  hops.confidenceQ15.push(core.web_confidence_q15());
  hops.state.push(core.web_state());
  hops.gaps.push(core.web_gaps());
  hops.lowQ8.push(core.web_low_q8());
  hops.highQ8.push(core.web_high_q8());
}
