// SPDX-License-Identifier: Apache-2.0
// Which format a file has, told by its content, and what it holds.

import { FileError } from "./errors.js";
import { readTables } from "./csv.js";
import { readE4 } from "./e4.js";
import { readOwn } from "./own.js";
import { isZip, openZip } from "./zip.js";

/**
 * {recordings, notes, name}: the parts of a recording in the order of time, how they were read, and its name.
 *
 * files: [{name, bytes}], one file, or two: tables of PPG and of acceleration, or BVP.csv and ACC.csv.
 */
export async function readFiles(files) {
  const label = files[0].name;
  if (!files[0].bytes.length) throw new FileError(label, "file", "a recording", "an empty file");
  const found = await read(label, files);
  return { ...found, name: found.name ?? label };
}

async function read(label, files) {
  if (files.length > 2) {
    throw new FileError(label, "files", "one, or PPG and acceleration as two", `${files.length} files`);
  }
  const named = new Map(files.map((file) => [file.name, file.bytes]));
  if (named.has("BVP.csv") && named.has("ACC.csv")) {
    return readE4("E4", named.get("BVP.csv"), named.get("ACC.csv"));
  }
  if (label === "BVP.csv" || label === "ACC.csv") {
    throw new FileError(label, "files", "BVP.csv and ACC.csv together, or the E4's zip", "one of them");
  }
  if (!isZip(files[0].bytes)) return readTables(files);
  const members = openZip(label, files[0].bytes);
  const own = ["ppg.npy", "format.npy"].some((name) => members.has(name)) || label.endsWith(".npz");
  if (own) return readOwn(label, members);
  const [bvp, acc] = [one(label, members, "BVP.csv"), one(label, members, "ACC.csv")];
  return readE4(label, await bvp.read(), await acc.read());
}

/** The only member of that name at any depth, but for macOS's twins of files. */
function one(label, members, name) {
  const found = [...members.values()].filter(
    (member) => member.name.split("/").pop() === name && !member.name.includes("__MACOSX/"),
  );
  if (found.length === 1) return found[0];
  const names = found.length ? found : [...members.values()];
  throw new FileError(label, "files", `one ${name} (an Empatica E4's export)`,
    names.slice(0, 6).map((member) => member.name).join(", ") || "none");
}
