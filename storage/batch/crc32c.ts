/**
 * CRC-32C (Castagnoli), the checksum of record batches, journal records and peer frames.
 *
 * The native version (`@node-rs/crc32`, prebuilt, 5–6 GB/s) where it loads; else slicing-by-8 in JavaScript (about
 * 1.2 GB/s). Both give the same numbers, so it does not matter which of them a node has.
 */
import { createRequire } from 'node:module';

/** `crc` is the checksum of what came before (0 at the beginning). Returns an unsigned 32-bit number. */
export type Crc32c = (bytes: Uint8Array, crc?: number) => number;

const POLYNOMIAL = 0x82f6_3b78;
const SLICES = 8;

function makeTables(): readonly Uint32Array[] {
  const tables = Array.from({ length: SLICES }, () => new Uint32Array(256));
  const [first = new Uint32Array(256)] = tables;
  for (let index = 0; index < 256; index += 1) {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    first[index] = value >>> 0;
  }
  for (let slice = 1; slice < SLICES; slice += 1) {
    const table = tables[slice] ?? first;
    const before = tables[slice - 1] ?? first;
    for (let index = 0; index < 256; index += 1) {
      const value = before[index] ?? 0;
      table[index] = ((first[value & 0xff] ?? 0) ^ (value >>> 8)) >>> 0;
    }
  }
  return tables;
}

/** Makes the JavaScript version; its tables cost about a millisecond, so only who needs it makes it. */
export function makeScriptCrc32c(): Crc32c {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = makeTables() as readonly [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const at = (table: Uint32Array, index: number): number => table[index] ?? 0;
  return (bytes, crc = 0) => {
    let value = ~crc;
    let position = 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const whole = bytes.length - (bytes.length % SLICES); position < whole; position += SLICES) {
      const low = value ^ view.getInt32(position, true);
      const high = view.getInt32(position + 4, true);
      value =
        at(t7, low & 0xff) ^
        at(t6, (low >>> 8) & 0xff) ^
        at(t5, (low >>> 16) & 0xff) ^
        at(t4, low >>> 24) ^
        at(t3, high & 0xff) ^
        at(t2, (high >>> 8) & 0xff) ^
        at(t1, (high >>> 16) & 0xff) ^
        at(t0, high >>> 24);
    }
    for (; position < bytes.length; position += 1)
      value = at(t0, (value ^ (bytes[position] ?? 0)) & 0xff) ^ (value >>> 8);
    return ~value >>> 0;
  };
}

/**
 * Where the native version is likely to lie; what is not for this platform is not installed, or does not load. The package's
 * own entry comes last: it finds out which C library there is (4 ms, and a hundred where `ldd` is missing).
 */
const PLACES = ['@node-rs/crc32-linux-x64-gnu', '@node-rs/crc32-linux-arm64-gnu', '@node-rs/crc32'];

function load(): Crc32c {
  const require = createRequire(import.meta.url);
  for (const place of PLACES) {
    const native = loadNative(require, place);
    if (native !== null) return native;
  }
  return makeScriptCrc32c();
}

function loadNative(require: NodeJS.Require, place: string): Crc32c | null {
  try {
    const loaded: unknown = require(place);
    const found = typeof loaded === 'object' && loaded !== null && 'crc32c' in loaded ? loaded.crc32c : null;
    return typeof found === 'function' ? (found as Crc32c) : null;
  } catch {
    // No prebuilt binary for this platform, or it was left out of the installation: the script does the same.
    return null;
  }
}

/** Loads it when it is first needed: most commands never sum anything. */
function makeLazy(): Crc32c {
  let found: Crc32c | null = null;
  return (bytes, crc) => (found ??= load())(bytes, crc);
}

/**
 * CRC-32C of `bytes`; to go on over several buffers, pass the checksum so far: `crc32c(b, crc32c(a))` is that of a
 * and b together.
 */
export const crc32c: Crc32c = makeLazy();
