/**
 * From a plan to closures that decode.
 *
 * One closure per field, composed once; decoding then only calls them. Counts and lengths are compared with the
 * bytes that are left before anything is allocated, so what decoding allocates is proportional to what was sent.
 * The `catch` clauses add the path of the field to a {@link WireError} and throw it on; they cost nothing until then.
 */
import { present } from '../../raft/index.ts';
import { leastItemSize } from './plan.ts';
import type { FieldPlan, Int64Mode, StructPlan } from './plan.ts';
import type { Reader } from './reader.ts';
import type { ScalarType } from './schema/field.ts';
import { WireError } from './wire-error.ts';

export type Decode = (reader: Reader) => unknown;

/** Under this key a decoded struct keeps the tagged fields that its schema does not know, if asked to. */
export const UNKNOWN_TAGS: unique symbol = Symbol('unknown tags');
export interface UnknownTag {
  readonly tag: number;
  readonly data: Uint8Array;
}

export interface DecodeOptions {
  readonly int64: Int64Mode;
  /** Keep unknown tagged fields under {@link UNKNOWN_TAGS}; otherwise they are skipped. */
  readonly keepUnknownTags: boolean;
}

/** Length or count before a value: -1 is null. Compact form: an unsigned varint, one more than the length. */
function length(reader: Reader, compact: boolean, width: 2 | 4): number {
  if (compact) return reader.uvarint() - 1;
  const value = width === 2 ? reader.int16() : reader.int32();
  if (value < -1) throw new WireError('length', `a length of ${value}`);
  return value;
}

function refuseNull(): never {
  throw new WireError('null', 'null is not allowed here');
}

function compileSized(
  read: (reader: Reader, size: number) => unknown,
  field: FieldPlan,
  compact: boolean,
  width: 2 | 4,
): Decode {
  const { nullable } = field;
  return (reader) => {
    const size = length(reader, compact, width);
    if (size >= 0) return read(reader, size);
    return nullable && !field.array ? null : refuseNull();
  };
}

function compileScalar(scalar: ScalarType, field: FieldPlan, flexible: boolean, options: DecodeOptions): Decode {
  const compact = flexible && !field.classic;
  switch (scalar) {
    case 'bool':
      return (reader) => reader.int8() !== 0;
    case 'int8':
      return (reader) => reader.int8();
    case 'int16':
      return (reader) => reader.int16();
    case 'uint16':
      return (reader) => reader.uint16();
    case 'int32':
      return (reader) => reader.int32();
    case 'int64':
      return options.int64 === 'exact' ? (reader) => reader.bigInt64() : (reader) => reader.int64();
    case 'float64':
      return (reader) => reader.float64();
    case 'uuid':
      return (reader) => reader.uuid();
    case 'string':
      return compileSized((reader, size) => reader.text(size), field, compact, 2);
    case 'bytes':
    case 'records':
      return compileSized((reader, size) => reader.view(size), field, compact, 4);
  }
}

function compileItem(field: FieldPlan, flexible: boolean, options: DecodeOptions): Decode {
  if (field.type.kind === 'scalar') return compileScalar(field.type.scalar, field, flexible, options);
  const struct = compileDecoder(field.type.struct, options);
  if (field.array || !field.nullable) return struct;
  // As a tagged field a nullable struct is marked by a varint: 0 null, 1 present.
  if (field.tag !== null) return (reader) => (reader.uvarint() === 0 ? null : struct(reader));
  return (reader) => (reader.int8() < 0 ? null : struct(reader));
}

function compileArray(field: FieldPlan, flexible: boolean, options: DecodeOptions): Decode {
  const item = compileItem(field, flexible, options);
  const leastSize = Math.max(1, leastItemSize(field, flexible));
  const { nullable } = field;
  return (reader) => {
    const count = length(reader, flexible, 4);
    if (count < 0) return nullable ? null : refuseNull();
    if (count * leastSize > reader.remaining()) {
      throw new WireError(
        'length',
        `${count} items of at least ${leastSize} bytes, ${reader.remaining()} bytes are left`,
      );
    }
    const items: unknown[] = [];
    try {
      while (items.length < count) items.push(item(reader));
    } catch (error) {
      throw error instanceof WireError ? error.within(items.length) : error;
    }
    return items;
  };
}

function compileField(field: FieldPlan, flexible: boolean, options: DecodeOptions): Decode {
  return field.array ? compileArray(field, flexible, options) : compileItem(field, flexible, options);
}

/** Reads the tagged fields at the end of a struct into `target`. */
function compileTags(
  plan: StructPlan,
  options: DecodeOptions,
): (reader: Reader, target: Record<string | symbol, unknown>) => void {
  const known = new Map(
    plan.tagged.map((field) => [
      present(field.tag, 'tag'),
      { name: field.name, decode: compileField(field, true, options) },
    ]),
  );
  return (reader, target) => {
    const count = reader.uvarint();
    if (count * 2 > reader.remaining())
      throw new WireError('length', `${count} tagged fields, ${reader.remaining()} bytes are left`);
    for (let read = 0; read < count; read += 1) {
      const tag = reader.uvarint();
      const size = reader.uvarint();
      const field = known.get(tag);
      if (field !== undefined) {
        target[field.name] = decodeTagged(reader, field, size);
      } else if (plan.foreignTags.has(tag)) {
        throw new WireError('tag', `tag ${tag} belongs to another version`);
      } else {
        const data = reader.view(size);
        if (options.keepUnknownTags) keepTag(target, { tag, data });
      }
    }
  };
}

function decodeTagged(
  reader: Reader,
  field: { readonly name: string; readonly decode: Decode },
  size: number,
): unknown {
  const end = reader.position + size;
  try {
    if (end > reader.end) throw new WireError('truncated', `needs ${size} bytes, ${reader.remaining()} are left`);
    const value = field.decode(reader);
    if (reader.position !== end)
      throw new WireError('tag', `a tagged field of ${size} bytes takes ${reader.position - end + size}`);
    return value;
  } catch (error) {
    throw error instanceof WireError ? error.within(field.name) : error;
  }
}

function keepTag(target: Record<string | symbol, unknown>, tag: UnknownTag): void {
  const kept = target[UNKNOWN_TAGS];
  if (Array.isArray(kept)) kept.push(tag);
  else target[UNKNOWN_TAGS] = [tag];
}

/** Makes the decoder of one struct; it reads from the reader's position and leaves it behind the struct. */
export function compileDecoder(plan: StructPlan, options: DecodeOptions): Decode {
  const { defaults } = plan;
  const names = plan.plain.map((field) => field.name);
  const decoders = plan.plain.map((field) => compileField(field, plan.flexible, options));
  const tags = plan.flexible ? compileTags(plan, options) : null;
  return (reader) => {
    const target: Record<string | symbol, unknown> = { ...defaults };
    let at = 0;
    try {
      for (; at < decoders.length; at += 1)
        target[present(names[at], 'name')] = present(decoders[at], 'decoder')(reader);
    } catch (error) {
      throw error instanceof WireError ? error.within(names[at] ?? '') : error;
    }
    if (tags !== null) tags(reader, target);
    return target;
  };
}
