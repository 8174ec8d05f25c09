// SPDX-License-Identifier: Apache-2.0
// The part of the time axis that is seen: {from, to} in seconds, within 0 and the recording's length.

const LEAST_S = 20; // ten values

export function wholeView(seconds) {
  return { from: 0, to: seconds };
}

/** The part from one time to another, not shorter than 20 s, moved to lie within the recording. */
export function viewOf(from, to, seconds) {
  const length = Math.min(seconds, Math.max(Math.min(LEAST_S, seconds), to - from));
  const start = Math.min(Math.max(0, (from + to - length) / 2), seconds - length);
  return { from: start, to: start + length };
}

/** Shorter by `factor` (longer, below 1) with the time `about` staying where it is. */
export function zoomed(view, factor, about, seconds) {
  const length = Math.min(seconds, Math.max(Math.min(LEAST_S, seconds), (view.to - view.from) / factor));
  const share = (about - view.from) / (view.to - view.from);
  const from = Math.min(Math.max(0, about - share * length), seconds - length);
  return { from, to: from + length };
}

/** Later by a share of what is seen; earlier, below 0. */
export function shifted(view, share, seconds) {
  const length = view.to - view.from;
  const from = Math.min(Math.max(0, view.from + share * length), seconds - length);
  return { from, to: from + length };
}
