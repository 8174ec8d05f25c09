// SPDX-License-Identifier: Apache-2.0
// Times, durations and results in words.

/** 1:05, or 2:01:05 beyond an hour. */
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
  const rest = Math.round(seconds % 60);
  if (minutes < 60) return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

export function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** Never certain: a confidence that would round to 100 % is over 99 %. */
export function confidenceInWords(share) {
  return share < 0.995 ? percent(share) : "> 99 %";
}

/** A hop's heart rate, as a person reads it: {main, more}. */
export function hopInWords(hop) {
  const when = clock(hop.timeS);
  if (!hop.bpmQ8) return { main: `${when}  no value`, more: hop.state };
  const words = [hop.state, `confidence ${confidenceInWords(hop.confidence)}`];
  if (hop.high) words.push(`range ${rangeInWords(hop)} BPM`);
  return { main: `${when}  ${Math.round(hop.bpm)} BPM`, more: words.join(", ") };
}

/** The ends of a hop's 90 % interval; empty where it has none. */
export function rangeInWords({ low, high }) {
  return high ? `${Math.round(low)} to ${Math.round(high)}` : "";
}
