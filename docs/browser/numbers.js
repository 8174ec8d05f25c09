// SPDX-License-Identifier: Apache-2.0
// Arithmetic that gives numpy's last bit: what a file means must not depend on who reads it.

/** To the nearest whole number, a half to the even one: numpy.rint. */
export function rint(x) {
  const floor = Math.floor(x);
  const over = x - floor;
  if (over !== 0.5) return over < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** numpy.percentile of a sorted Float64Array, linear between two values; percent: 0 to 100. */
export function percentileSorted(sorted, percent) {
  const at = (sorted.length - 1) * (percent / 100);
  const low = Math.floor(at);
  const t = at - low;
  const a = sorted[low];
  const b = sorted[Math.min(low + 1, sorted.length - 1)];
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Index of the first of the rising `values` that is at least x; their number if none is. */
export function searchSorted(values, x) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** numpy.interp: y at each of `at` on the line through (x, y); x rises. Constant beyond the ends. */
export function interpolate(at, x, y) {
  const out = new Float64Array(at.length);
  const last = x.length - 1;
  for (let i = 0; i < at.length; i++) {
    const k = searchSorted(x, at[i]);
    if (k > last) out[i] = y[last];
    else if (x[k] === at[i] || k === 0) out[i] = y[k];
    else out[i] = ((y[k] - y[k - 1]) / (x[k] - x[k - 1])) * (at[i] - x[k - 1]) + y[k - 1];
  }
  return out;
}

/** For messages: at most `digits` significant digits, without zeros at the end. */
export function short(x, digits = 4) {
  return String(Number(Number(x).toPrecision(digits)));
}
