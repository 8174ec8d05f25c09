// SPDX-License-Identifier: Apache-2.0
// A reader of zip archives: the directory at the end, members stored or deflated, checksums.
// Format: PKWARE's APPNOTE.TXT 6.3. Encrypted and 64-bit archives are refused.

import { FileError } from "./errors.js";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const LARGEST = 2 ** 30; // bytes of a member, unpacked: a day of any sensor is far less
const STORED = 0;
const DEFLATED = 8;

export function isZip(bytes) {
  return bytes.length >= 22 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] <= 5;
}

/** Members of an archive: a Map of name to {name, read()}, where read() resolves to the bytes. */
export function openZip(label, bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = directoryEnd(label, view);
  const members = new Map();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + 46 > end || view.getUint32(at, true) !== ENTRY) {
      throw new FileError(label, "zip directory", "an entry", "other bytes: is the file whole?");
    }
    const nameSize = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameSize));
    const entry = {
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    const read = () => unpack(`${label}: ${name}`, bytes, view, entry);
    if (!name.endsWith("/")) members.set(name, { name, read });
    at += 46 + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}

/** Where the end record lies: in the last 22 bytes, or before a comment of up to 64 kB. */
function directoryEnd(label, view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 65535); at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (view.getUint32(at + 16, true) === 0xffffffff) {
      throw new FileError(label, "file", "a zip of less than 4 GB", "a 64-bit one");
    }
    return at;
  }
  throw new FileError(label, "file", "a whole zip archive", "one without its end");
}

async function unpack(label, bytes, view, entry) {
  if (entry.flags & 1) throw new FileError(label, "file", "one without a password", "an encrypted one");
  if (entry.size > LARGEST) {
    const found = `${Math.round(entry.size / 2 ** 20)} MB`;
    throw new FileError(label, "file", `${LARGEST >> 20} MB at most`, found);
  }
  const head = entry.offset;
  if (head + 30 > bytes.length || view.getUint32(head, true) !== LOCAL) {
    throw new FileError(label, "file", "a member's header", "other bytes: is the archive whole?");
  }
  const start = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true);
  const packed = bytes.subarray(start, start + entry.packed);
  let content = packed;
  if (entry.method === DEFLATED) content = await inflate(label, packed, entry.size);
  else if (entry.method !== STORED) {
    throw new FileError(label, "file", "deflate, which all zip programs write", `method ${entry.method}`);
  }
  if (content.length !== entry.size) {
    throw new FileError(label, "file", `${entry.size} bytes`, `${content.length}`);
  }
  if (crc32(content) !== entry.crc) {
    const found = "another: the file is damaged";
    throw new FileError(label, "file", "the checksum of the archive's directory", found);
  }
  return content;
}

/** At most `size` bytes are unpacked, and one more to know of a longer stream. */
async function inflate(label, packed, size) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const out = new Uint8Array(size);
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (length + value.length > size) {
        await reader.cancel();
        throw new FileError(label, "file", `${size} bytes`, "more");
      }
      out.set(value, length);
      length += value.length;
    }
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(label, "file", "a deflated member", "damaged bytes");
  }
  return out.subarray(0, length);
}

const CRC_TABLE = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function crc32(bytes) {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = CRC_TABLE[(c ^ bytes[i]) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
