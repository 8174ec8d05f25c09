// SPDX-License-Identifier: Apache-2.0
// Text tables of samples: comma, semicolon or tab between cells, names of columns in the first line.
// The rules are those of wristpulse/recordings/exports/texttable.py.

import { FileError } from "./errors.js";
import { median, short } from "./numbers.js";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;
const DATE = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(?:Z|[+-]\d\d:?\d\d)?$/;
const UNITS_S = { s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
const SPELLINGS = {
  sec: "s", secs: "s", second: "s", seconds: "s", msec: "ms", millis: "ms", milliseconds: "ms",
  "µs": "us", "μs": "us", usec: "us", micros: "us", microseconds: "us", nanos: "ns", nanoseconds: "ns",
};
const STEPS_S = [0.5e-3, 0.5]; // between samples: a factor of 1000, so that one unit fits

/** The text of a file, or a FileError if it holds something else. */
export function decodeText(label, bytes) {
  if (bytes.subarray(0, 4096).includes(0)) {
    throw new FileError(label, "file", "a text table", "another kind of file");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("latin1").decode(bytes);
  }
}

/**
 * A table that is open: {label, names, read(wanted)}, where read gives a Map of a column's name to its
 * Float64Array, NaN for empty cells, seconds for dates. Lines that begin with # are comments; a last line
 * that is cut short is left out.
 */
export function openTable(label, text) {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines[lines.length - 1] === "") lines.pop();
  let skip = lines.findIndex((line) => line.trim() && !line.startsWith("#"));
  if (skip < 0) skip = lines.length;
  if (skip + 1 >= lines.length) {
    throw new FileError(label, "file", "a line of column names, then samples", `${lines.length} lines`);
  }
  const parts = (delimiter) => lines[skip].split(delimiter).length;
  const delimiter = [";", "\t", ","].reduce((best, other) => (parts(other) > parts(best) ? other : best));
  const names = cells(lines[skip], delimiter).map((name) => name.trim().replace(/^['"]|['"]$/g, ""));
  if (names.filter(Boolean).every((name) => NUMBER.test(name))) {
    const expected = "names of columns, such as time,ppg,x,y,z";
    throw new FileError(label, "first line", expected, lines[skip].slice(0, 60));
  }
  let end = lines.length;
  while (end > skip + 1 && cells(lines[end - 1], delimiter).length < names.length) end--;
  if (end === skip + 1) throw new FileError(label, "file", "samples", "column names only");
  const read = (wanted) => readColumns(label, lines, skip + 1, end, delimiter, names, wanted);
  return { label, names, read };
}

function cells(line, delimiter) {
  if (!line) return [];
  if (!line.includes('"')) return line.split(delimiter);
  const found = [];
  let cell = "";
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) {
      found.push(cell);
      cell = "";
    } else cell += character;
  }
  return [...found, cell];
}

function readColumns(label, lines, start, end, delimiter, names, wanted) {
  const columns = new Map(wanted.map((name) => [name, new Float64Array(end - start)]));
  const places = wanted.map((name) => [names.indexOf(name), columns.get(name), name]);
  for (let row = start; row < end; row++) {
    const found = cells(lines[row], delimiter);
    if (found.length !== names.length) {
      throw new FileError(label, `line ${row + 1}`, `${names.length} cells`, found.length);
    }
    for (const [place, column, name] of places) {
      const cell = delimiter === "," ? found[place].trim() : found[place].trim().replace(",", ".");
      const value = number(cell);
      if (value === undefined) {
        throw new FileError(label, `${name}, line ${row + 1}`, "a number", `"${cell.slice(0, 40)}"`);
      }
      column[row - start] = value;
    }
  }
  return columns;
}

function number(cell) {
  if (cell === "") return NaN;
  if (NUMBER.test(cell)) return Number(cell);
  if (NOT_FINITE.test(cell)) return NaN;
  return date(cell);
}

/** Seconds since 1970 of an ISO 8601 date and time, its zone left out; undefined for another text. */
function date(cell) {
  const found = DATE.exec(cell);
  if (!found) return undefined;
  const [year, month, day, hour, minute] = found.slice(1, 6).map(Number);
  const microseconds = Math.floor(Number(found[6] ?? 0) * 1e6 + 1e-3);
  return (Date.UTC(year, month - 1, day, hour, minute) * 1000 + microseconds) * 1e-6;
}

/** The unit that a column's name states: `X [mg]`, `time (ms)`, `t_us`; empty if none. */
export function unitOf(name) {
  const found = /[[(]\s*([^\])]+?)\s*[\])]/.exec(name) ?? /_([A-Za-z]+)$/.exec(name);
  return found ? found[1] : "";
}

/** A column of times as seconds, by the unit in its name, else by what the times must be. */
export function toSeconds(label, name, times) {
  const stated = unitOf(name).toLowerCase();
  const unit = SPELLINGS[stated] ?? stated;
  const factor = UNITS_S[unit] ?? guess(label, name, times);
  return times.map((t) => t * factor);
}

function guess(label, name, times) {
  const finite = times.filter(Number.isFinite);
  const all = finite.slice(1).map((t, i) => t - finite[i]);
  const steps = all.filter((step) => step > 0);
  if (!steps.length) {
    const found = finite.length ? `${short(finite[0])} throughout` : "none";
    throw new FileError(label, name, "times that increase", found);
  }
  const step = (median(steps) * steps.length) / all.length; // of batches stamped alike, a sample's share
  const [least, most] = STEPS_S;
  const fits = Object.values(UNITS_S).find((factor) => least < step * factor && step * factor <= most);
  if (fits) return fits;
  const expected = "times in s, ms, us or ns; give the unit, as in time_ms";
  throw new FileError(label, name, expected, `steps of ${short(step)}`);
}
