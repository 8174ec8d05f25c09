// SPDX-License-Identifier: Apache-2.0
// numpy's .npy arrays: numbers, truth values and text; no Python objects.
// Format: numpy.lib.format, versions 1 to 3.

import { FileError } from "./errors.js";

const READERS = {
  b1: [1, (view, at) => view.getUint8(at)],
  u1: [1, (view, at) => view.getUint8(at)],
  i1: [1, (view, at) => view.getInt8(at)],
  u2: [2, (view, at, little) => view.getUint16(at, little)],
  i2: [2, (view, at, little) => view.getInt16(at, little)],
  u4: [4, (view, at, little) => view.getUint32(at, little)],
  i4: [4, (view, at, little) => view.getInt32(at, little)],
  u8: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
  i8: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  f2: [2, (view, at, little) => half(view.getUint16(at, little))],
  f4: [4, (view, at, little) => view.getFloat32(at, little)],
  f8: [8, (view, at, little) => view.getFloat64(at, little)],
};

/**
 * One array: {kind, shape, data}. kind "i", "u", "f", "b": data is a Float64Array in C order; "U": a string.
 */
export function readNpy(label, bytes) {
  const { descr, fortran, shape, start } = header(label, bytes);
  const count = shape.reduce((product, n) => product * n, 1);
  const body = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  const little = descr[0] !== ">";
  const kind = descr[1];
  if (kind === "U") {
    return { kind, shape, data: text(label, body, count * Number(descr.slice(2)), little) };
  }
  const reader = READERS[descr.slice(1)];
  if (!reader) throw new FileError(label, "type", "numbers or text", descr);
  const [size, read] = reader;
  if (body.byteLength !== count * size) {
    throw new FileError(label, "array", `${count * size} bytes, as its shape says`, `${body.byteLength}`);
  }
  const data = new Float64Array(count);
  for (let i = 0; i < count; i++) data[i] = read(body, i * size, little);
  return { kind, shape, data: fortran && shape.length === 2 ? turned(data, shape) : data };
}

function header(label, bytes) {
  const magic = String.fromCharCode(...bytes.subarray(1, 6));
  if (bytes.length < 12 || bytes[0] !== 0x93 || magic !== "NUMPY") {
    throw new FileError(label, "file", "a .npy array", "another kind of file");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] > 1;
  const start = wide ? 12 : 10;
  const size = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const words = new TextDecoder().decode(bytes.subarray(start, start + size));
  const descr = words.match(/'descr': *'([<>|=][a-zA-Z]\d*)'/)?.[1];
  const order = words.match(/'fortran_order': *(True|False)/)?.[1];
  const shape = words.match(/'shape': *\(([\d, ]*)\)/)?.[1];
  if (!descr || !order || shape === undefined) {
    throw new FileError(label, "header", "an array of numbers or text", words.trim().slice(0, 80));
  }
  return {
    descr,
    fortran: order === "True",
    shape: shape.split(",").filter((n) => n.trim()).map(Number),
    start: start + size,
  };
}

function text(label, body, characters, little) {
  if (body.byteLength !== 4 * characters) {
    throw new FileError(label, "array", `${4 * characters} bytes of text`, `${body.byteLength}`);
  }
  let out = "";
  for (let i = 0; i < characters; i++) {
    const code = body.getUint32(4 * i, little);
    if (code) out += String.fromCodePoint(Math.min(code, 0x10ffff));
  }
  return out;
}

/** Columns first to rows first. */
function turned(data, [rows, columns]) {
  const out = new Float64Array(data.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[r * columns + c] = data[c * rows + r];
  }
  return out;
}

/** IEEE 754 half precision. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
}
