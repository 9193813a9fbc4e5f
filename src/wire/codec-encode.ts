/**
 * From a plan to closures that encode.
 *
 * A field that is missing (`undefined`) is written as its default; names that the version lacks are not looked at.
 * Every value is checked, so a wrong one is a {@link WireError} `value` with its path, never a cut or wrapped number.
 * Tagged fields that hold their default are left out; unknown ones under `UNKNOWN_TAGS` are written behind them.
 */
import { Buffer } from 'node:buffer';
import { present } from '../../raft/index.ts';
import { UNKNOWN_TAGS } from './codec-decode.ts';
import type { UnknownTag } from './codec-decode.ts';
import type { FieldPlan, StructPlan } from './plan.ts';
import type { ScalarType } from './schema/field.ts';
import { WireError } from './wire-error.ts';
import { Writer } from './writer.ts';

export type Encode = (writer: Writer, value: unknown) => void;

const LONGEST_CLASSIC_STRING = 0x7fff;
const LEAST_INT64 = -(2n ** 63n);
const GREATEST_INT64 = 2n ** 63n - 1n;

function refuse(value: unknown, wanted: string): never {
  const shown =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : typeof value;
  throw new WireError('value', `wants ${wanted}, got ${shown.slice(0, 80)}`);
}

function whole(
  least: number,
  greatest: number,
  wanted: string,
  write: (writer: Writer, value: number) => void,
): Encode {
  return (writer, value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > greatest)
      refuse(value, wanted);
    write(writer, value);
  };
}

function encodeInt64(writer: Writer, value: unknown): void {
  if (typeof value === 'bigint') {
    if (value < LEAST_INT64 || value > GREATEST_INT64) refuse(value, 'an int64');
    writer.bigInt64(value);
    return;
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) refuse(value, 'an int64');
  writer.int64(value);
}

/** Writes a length or count; -1 is null. */
function writeLength(writer: Writer, size: number, compact: boolean, width: 2 | 4): void {
  if (compact) writer.uvarint(size + 1);
  else if (width === 4) writer.int32(size);
  else writer.int16(size);
}

function compileString(compact: boolean): Encode {
  return (writer, value) => {
    if (typeof value !== 'string') refuse(value, 'a string');
    const size = Buffer.byteLength(value, 'utf8');
    if (size !== value.length && /\p{Surrogate}/u.test(value)) refuse(value, 'well-formed text');
    if (!compact && size > LONGEST_CLASSIC_STRING) refuse(`${size} bytes`, 'a string of at most 32767 bytes');
    writeLength(writer, size, compact, 2);
    writer.text(value, size);
  };
}

function compileBytes(compact: boolean): Encode {
  return (writer, value) => {
    if (!(value instanceof Uint8Array)) refuse(value, 'bytes');
    writeLength(writer, value.length, compact, 4);
    writer.copy(value);
  };
}

/** One buffer or several; not copied. */
function compileRecords(compact: boolean): Encode {
  return (writer, value) => {
    const parts: unknown[] = Array.isArray(value) ? value : [value];
    let size = 0;
    for (const part of parts) {
      if (!(part instanceof Uint8Array)) refuse(part, 'records as bytes');
      size += part.length;
    }
    writeLength(writer, size, compact, 4);
    for (const part of parts) if (part instanceof Uint8Array) writer.append(part);
  };
}

function compileScalar(scalar: ScalarType, compact: boolean): Encode {
  switch (scalar) {
    case 'bool':
      return (writer, value) => {
        if (typeof value !== 'boolean') refuse(value, 'a boolean');
        writer.int8(value ? 1 : 0);
      };
    case 'int8':
      return whole(-0x80, 0x7f, 'an int8', (writer, value) => writer.int8(value));
    case 'int16':
      return whole(-0x8000, 0x7fff, 'an int16', (writer, value) => writer.int16(value));
    case 'uint16':
      return whole(0, 0xffff, 'a uint16', (writer, value) => writer.uint16(value));
    case 'int32':
      return whole(-0x8000_0000, 0x7fff_ffff, 'an int32', (writer, value) => writer.int32(value));
    case 'int64':
      return encodeInt64;
    case 'float64':
      return (writer, value) => writer.float64(typeof value === 'number' ? value : refuse(value, 'a number'));
    case 'uuid':
      return (writer, value) => writer.uuid(typeof value === 'string' ? value : refuse(value, 'a uuid'));
    case 'string':
      return compileString(compact);
    case 'bytes':
      return compileBytes(compact);
    case 'records':
      return compileRecords(compact);
  }
}

function compileArray(item: Encode, compact: boolean): Encode {
  return (writer, value) => {
    if (!Array.isArray(value)) refuse(value, 'an array');
    writeLength(writer, value.length, compact, 4);
    let at = 0;
    try {
      for (; at < value.length; at += 1) item(writer, value[at]);
    } catch (error) {
      throw error instanceof WireError ? error.within(at) : error;
    }
  };
}

function writeNull(writer: Writer, field: FieldPlan, compact: boolean): void {
  if (field.array) writeLength(writer, -1, compact, 4);
  else if (field.type.kind === 'struct') writer.int8(field.tag === null ? -1 : 0);
  else writeLength(writer, -1, compact, field.type.scalar === 'string' ? 2 : 4);
}

function compileField(field: FieldPlan, flexible: boolean): Encode {
  const compact = flexible && !field.classic;
  const struct = field.type.kind === 'struct' ? compileEncoder(field.type.struct) : null;
  const item = field.type.kind === 'scalar' ? compileScalar(field.type.scalar, compact) : present(struct, 'struct');
  const encode = field.array ? compileArray(item, compact) : item;
  const { fallback, nullable } = field;
  const marked = nullable && !field.array && struct !== null;
  return (writer, given) => {
    const value = given === undefined ? fallback : given;
    if (value === null) {
      if (!nullable) refuse(null, 'a value');
      writeNull(writer, field, compact);
      return;
    }
    if (marked) writer.int8(1);
    encode(writer, value);
  };
}

/** Whether `value` is what a tagged field holds when it is absent. */
export function isDefault(value: unknown, fallback: unknown): boolean {
  if (value === undefined || value === fallback) return true;
  if (typeof fallback === 'bigint')
    return typeof value === 'number' && Number.isSafeInteger(value) && BigInt(value) === fallback;
  if (Array.isArray(fallback)) return Array.isArray(value) && value.length === 0 && fallback.length === 0;
  if (fallback instanceof Uint8Array) return value instanceof Uint8Array && value.length === 0;
  if (typeof value !== 'object' || value === null || typeof fallback !== 'object' || fallback === null) return false;
  if (UNKNOWN_TAGS in value) return false;
  const given = value as Record<string, unknown>;
  return Object.entries(fallback).every(([name, inner]) => isDefault(given[name], inner));
}

/** Bytes of one tagged value, apart, because its size goes before it. */
function writeTagged(writer: Writer, tag: number, encode: (inner: Writer) => void): void {
  const inner = new Writer(64);
  encode(inner);
  writer.uvarint(tag);
  writer.uvarint(inner.size());
  for (const part of inner.finish()) writer.copy(part);
}

function compileTags(plan: StructPlan): (writer: Writer, value: Record<string | symbol, unknown>) => void {
  const fields = plan.tagged.map((field) => ({
    field,
    tag: present(field.tag, 'tag'),
    encode: compileField(field, true),
  }));
  return (writer, value) => {
    const filled = fields.filter(({ field }) => !isDefault(value[field.name], field.fallback));
    const unknown = (value[UNKNOWN_TAGS] ?? []) as readonly UnknownTag[];
    writer.uvarint(filled.length + unknown.length);
    for (const { field, tag, encode } of filled) {
      try {
        writeTagged(writer, tag, (inner) => encode(inner, value[field.name]));
      } catch (error) {
        throw error instanceof WireError ? error.within(field.name) : error;
      }
    }
    for (const { tag, data } of unknown) writeTagged(writer, tag, (inner) => inner.copy(data));
  };
}

/** Makes the encoder of one struct. */
export function compileEncoder(plan: StructPlan): Encode {
  const names = plan.plain.map((field) => field.name);
  const encoders = plan.plain.map((field) => compileField(field, plan.flexible));
  const tags = plan.flexible ? compileTags(plan) : null;
  return (writer, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(value, 'an object');
    const struct = value as Record<string | symbol, unknown>;
    let at = 0;
    try {
      for (; at < encoders.length; at += 1)
        present(encoders[at], 'encoder')(writer, struct[present(names[at], 'name')]);
    } catch (error) {
      throw error instanceof WireError ? error.within(names[at] ?? '') : error;
    }
    if (tags !== null) tags(writer, struct);
  };
}
