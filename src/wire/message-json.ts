/**
 * Messages as JSON, in the form of Kafka's own JSON converters.
 *
 *   bytes, records ◀─▶ base64     int64 ◀─▶ number with all digits     tagged field at its default ◀─▶ left out
 *
 * Unknown tagged fields stand apart, as `{ at, tag, data }` with a JSON pointer to their struct. For the wire tool:
 * slow and strict, unlike the codec. JSON that does not fit is a {@link WireError} `value`.
 */
import { Buffer } from 'node:buffer';
import { UNKNOWN_TAGS } from './codec-decode.ts';
import type { UnknownTag } from './codec-decode.ts';
import { isDefault } from './codec-encode.ts';
import type { FieldPlan, StructPlan } from './plan.ts';
import { WireError } from './wire-error.ts';

/** An unknown tagged field of the struct that `at` points to ('' is the message); `data` is base64. */
export interface PlacedTag {
  readonly at: string;
  readonly tag: number;
  readonly data: string;
}

type Struct = Record<string | symbol, unknown>;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function isStruct(value: unknown): value is Struct {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function itemToJson(field: FieldPlan, value: unknown, pointer: string, tags: PlacedTag[]): unknown {
  if (field.type.kind === 'struct')
    return isStruct(value) ? structToJson(field.type.struct, value, pointer, tags) : null;
  return value instanceof Uint8Array ? toBase64(value) : value;
}

/** Turns a decoded struct into JSON and adds its unknown tags, and those within, to `tags`. */
export function structToJson(
  plan: StructPlan,
  value: Struct,
  pointer: string,
  tags: PlacedTag[],
): Record<string, unknown> {
  const fields = new Map([...plan.plain, ...plan.tagged].map((field) => [field.name, field]));
  for (const { tag, data } of (value[UNKNOWN_TAGS] ?? []) as readonly UnknownTag[]) {
    tags.push({ at: pointer, tag, data: toBase64(data) });
  }
  const json: Record<string, unknown> = {};
  for (const name of Object.keys(plan.defaults)) {
    const field = fields.get(name);
    const inner = value[name];
    if (field === undefined || (field.tag !== null && isDefault(inner, field.fallback))) continue;
    const at = `${pointer}/${name}`;
    json[name] = Array.isArray(inner)
      ? inner.map((item, index) => itemToJson(field, item, `${at}/${index}`, tags))
      : itemToJson(field, inner, at, tags);
  }
  return json;
}

function fromBase64(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !BASE64.test(value)) throw new WireError('value', 'wants bytes in base64');
  return Buffer.from(value, 'base64');
}

function itemFromJson(field: FieldPlan, json: unknown): unknown {
  if (json === null) return null;
  if (field.type.kind === 'struct') return structFromJson(field.type.struct, json);
  switch (field.type.scalar) {
    case 'bytes':
    case 'records':
      return fromBase64(json);
    case 'float64':
      return typeof json === 'bigint' ? Number(json) : json;
    case 'bool':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint16':
    case 'string':
    case 'uuid':
      return json;
  }
}

function within<T>(step: string | number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof WireError ? error.within(step) : error;
  }
}

/** Turns JSON into what the encoder takes. Names that this version lacks are refused; missing ones get their default. */
export function structFromJson(plan: StructPlan, json: unknown): Struct {
  if (!isStruct(json)) throw new WireError('value', 'wants an object');
  const fields = new Map([...plan.plain, ...plan.tagged].map((field) => [field.name, field]));
  const struct: Struct = {};
  for (const [name, value] of Object.entries(json)) {
    struct[name] = within(name, () => {
      const field = fields.get(name);
      if (field === undefined) {
        throw new WireError('value', plan.absent.has(name) ? 'this version has no such field' : 'no such field');
      }
      return field.array && Array.isArray(value)
        ? value.map((item, index) => within(index, () => itemFromJson(field, item)))
        : itemFromJson(field, value);
    });
  }
  return struct;
}

function structAt(message: Struct, pointer: unknown): Struct {
  let found: unknown = message;
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) {
    throw new WireError('value', 'unknownTags: `at` wants a JSON pointer');
  }
  for (const step of pointer.split('/').slice(1)) {
    const inside: Struct | readonly unknown[] = isStruct(found) || Array.isArray(found) ? found : {};
    found = Object.hasOwn(inside, step) ? (inside as Struct)[step] : undefined;
  }
  if (!isStruct(found)) throw new WireError('value', `unknownTags: ${pointer} is no struct of the message`);
  return found;
}

/** Hangs unknown tagged fields, as JSON, into a message from {@link structFromJson}, by rising tag. */
export function placeTags(message: Struct, tags: unknown): void {
  if (!Array.isArray(tags)) throw new WireError('value', 'unknownTags wants an array');
  for (const placed of tags as readonly unknown[]) {
    const { at, tag, data } = isStruct(placed) ? placed : {};
    if (typeof tag !== 'number' || !Number.isInteger(tag) || tag < 0 || tag > 0x7fff_ffff) {
      throw new WireError('value', 'unknownTags: `tag` wants a whole number from 0 to 2147483647');
    }
    const struct = structAt(message, at);
    const kept = (struct[UNKNOWN_TAGS] ?? []) as readonly UnknownTag[];
    const all = [...kept, { tag, data: fromBase64(data) }];
    struct[UNKNOWN_TAGS] = all.toSorted((one, other) => one.tag - other.tag);
  }
}
