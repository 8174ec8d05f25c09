// SPDX-License-Identifier: Apache-2.0
// Times, durations and results in words.

/** 1:05, or 2:01:05 beyond an hour; tenths where the step of an axis needs them. */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

export function duration(seconds) {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** A hop's heart rate, as a person reads it: {main, more}. */
export function hopInWords(hop) {
  const when = clock(hop.timeS);
  if (!hop.bpmQ8) return { main: `${when}  no value`, more: hop.state };
  const range = `${Math.round(hop.low)} to ${Math.round(hop.high)}`;
  return {
    main: `${when}  ${Math.round(hop.bpm)} BPM`,
    more: `${hop.state}, confidence ${percent(hop.confidence)}, range ${range} BPM`,
  };
}
