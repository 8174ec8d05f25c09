// SPDX-License-Identifier: Apache-2.0
// Any sensor's recording as text: columns of time, PPG and X, Y, Z, in one table or two:
// the rules of wristpulse/recordings/exports/generic_csv.py.

import { FileError } from "./errors.js";
import { UNITS } from "./scale.js";
import { decodeText, openTable, toSeconds, unitOf } from "./texttable.js";
import { timedRecordings } from "./timed.js";

const TIME = /^((unix_?)?(time|timestamp|date_?time|t))$/i;
const PPG = /^(ppg|bvp|light|led|green|red|ir|infrared)[ _]?(\d+|green|red|ir|infrared|raw|value)?$/i;
const AXIS = /^(?:acc(?:el|eleration|elerometer)?|a)?[ _.]?([xyz])$/i;
const ACC_FILE = /[-_. ]?acc(elerometer)?\.\w+$/i;
const SPELLINGS = { "m/s^2": "m/s2", "m/s²": "m/s2", "ms-2": "m/s2", "m/s/s": "m/s2" };

/** The parts of a table, or of one of PPG and one of acceleration; files: [{name, bytes}]. */
export function readTables(files) {
  const [main, beside] = files[1] && ACC_FILE.test(files[0].name) ? [files[1], files[0]] : files;
  const table = openTable(main.name, decodeText(main.name, main.bytes));
  const accTable = beside ? openTable(beside.name, decodeText(beside.name, beside.bytes)) : table;
  const light = columnsOf(table, "ppg", PPG);
  const axes = axesOf(accTable);
  const [time] = columnsOf(table, "time", TIME);
  const [accTime] = columnsOf(accTable, "time", TIME);
  const one = beside ? null : table.read([time, ...light, ...axes]);
  const ppg = signal(table, one ?? table.read([time, ...light]), time, light);
  const acc = signal(accTable, one ?? accTable.read([accTime, ...axes]), accTime, axes);
  const unit = unitOf(axes[0]).toLowerCase();
  return timedRecordings(main.name, ppg, acc, new Map(UNITS).get(SPELLINGS[unit] ?? unit));
}

function signal(table, columns, time, names) {
  const t = toSeconds(table.label, time, columns.get(time));
  return { columns: names.map((name) => columns.get(name)), t };
}

function columnsOf(table, what, pattern) {
  const found = table.names.filter((name) => pattern.test(bare(name)));
  if (found.length) return found;
  throw new FileError(table.label, what, "a column of that kind", table.names.join(", ").slice(0, 80));
}

function axesOf(table) {
  const found = new Map();
  for (const name of table.names) {
    const axis = AXIS.exec(bare(name))?.[1].toLowerCase();
    if (axis && !found.has(axis)) found.set(axis, name);
  }
  if (found.size !== 3) {
    throw new FileError(table.label, "acceleration", "columns x, y, z", table.names.join(", ").slice(0, 80));
  }
  return ["x", "y", "z"].map((axis) => found.get(axis));
}

/** A column's name without its unit. */
function bare(name) {
  return name.replace(/\s*[[(].*/, "").trim().replace(/_(s|ms|us|ns|g|mg|mps2)$/, "");
}
