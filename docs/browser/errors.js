// SPDX-License-Identifier: Apache-2.0

/** A file that cannot be read, in one sentence: which file, which part of it, expected, found. */
export class FileError extends Error {
  constructor(file, field, expected, found) {
    super(`${file}: ${field}: expected ${expected}, found ${found}`);
    this.name = "FileError";
  }
}
