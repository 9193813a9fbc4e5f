/**
 * Plans: a schema at one version, with every field line read and every default worked out.
 *
 *   schema + version ──planMessage──▶ plan ──compileDecoder / compileEncoder──▶ closures
 *
 * A plan says, for each struct, which fields this version has, in wire order, which are tagged, and what the absent
 * ones decode to. Made once per message and version, on first use; nothing here is hot.
 */
import { assert, present } from '../../raft/index.ts';
import type { Field, Fields, ScalarType } from './schema/field.ts';

/** How int64 looks in decoded values: a safe integer, or a bigint that holds every value. */
export type Int64Mode = 'number' | 'exact';

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarType }
  | { readonly kind: 'struct'; readonly struct: StructPlan };

export interface FieldPlan {
  readonly name: string;
  readonly type: FieldType;
  readonly array: boolean;
  readonly nullable: boolean;
  /** Old length prefixes although the message is flexible. */
  readonly classic: boolean;
  /** null: not tagged in this version. */
  readonly tag: number | null;
  /** What decoding gives when the field is absent. Shared between messages: never changed. */
  readonly fallback: unknown;
}

export interface StructPlan {
  readonly flexible: boolean;
  /** Present and not tagged, in wire order. */
  readonly plain: readonly FieldPlan[];
  /** Present and tagged, by rising tag. */
  readonly tagged: readonly FieldPlan[];
  /** Names and defaults of all fields, in schema order: what decoding starts from. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Tags that other versions use: an error in this one. */
  readonly foreignTags: ReadonlySet<number>;
  /** Names that the schema knows but this version lacks. */
  readonly absent: ReadonlySet<string>;
  /** Least bytes that one such struct takes. */
  readonly leastSize: number;
}

type Versions = readonly [low: number, high: number];
interface Line {
  readonly head: string;
  readonly nullableHead: boolean;
  readonly versions: Versions;
  readonly nullVersions: Versions | null;
  readonly tag: number | null;
  readonly tagVersions: Versions;
  readonly classic: boolean;
  readonly fallback: string | null;
}

const ALL: Versions = [0, 0x7fff];
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA';
const NO_BYTES: Uint8Array = Buffer.alloc(0);
const LINE =
  /^(?<head>[a-z0-9]*(?:\[\]|\{\})?)(?<nullable>\??)(?: (?<versions>\d[\d+-]*))?(?: null (?<nulls>\d[\d+-]*))?(?: tag (?<tag>\d+)(?: (?<tags>\d[\d+-]*))?)?(?<classic> classic)?(?: = (?<fallback>.+))?$/;

function readVersions(text: string | undefined): Versions {
  if (text === undefined) return ALL;
  const [low, high] = text.split('-');
  const from = Number.parseInt(present(low, 'version'), 10);
  if (text.endsWith('+')) return [from, ALL[1]];
  return [from, high === undefined ? from : Number.parseInt(high, 10)];
}

function readLine(text: string): Line {
  const groups = LINE.exec(text)?.groups;
  assert(groups !== undefined, `not a field line: ${text}`);
  return {
    head: present(groups['head'], 'type'),
    nullableHead: groups['nullable'] === '?',
    versions: readVersions(groups['versions']),
    nullVersions: groups['nulls'] === undefined ? null : readVersions(groups['nulls']),
    tag: groups['tag'] === undefined ? null : Number(groups['tag']),
    tagVersions: readVersions(groups['tags']),
    classic: groups['classic'] !== undefined,
    fallback: groups['fallback'] ?? null,
  };
}

const within = (version: number, [low, high]: Versions): boolean => low <= version && version <= high;

function scalarFallback(scalar: ScalarType, written: string | null, int64: Int64Mode): unknown {
  switch (scalar) {
    case 'bool':
      return written === 'true';
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint16':
    case 'float64':
      return written === null ? 0 : Number(written);
    case 'int64': {
      const exact = BigInt(written ?? '0');
      if (int64 === 'exact') return exact;
      // "Not known" is 2^63-1 in one schema; the greatest safe integer stands for it.
      return exact > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(exact);
    }
    case 'string':
      return written === null ? '' : written.slice(1, -1);
    case 'bytes':
      return NO_BYTES;
    case 'records':
      return null;
    case 'uuid':
      return ZERO_UUID;
  }
}

function leastSizeOf(scalar: ScalarType, compact: boolean): number {
  switch (scalar) {
    case 'bool':
    case 'int8':
      return 1;
    case 'int16':
    case 'uint16':
      return 2;
    case 'int32':
      return 4;
    case 'int64':
    case 'float64':
      return 8;
    case 'uuid':
      return 16;
    case 'string':
      return compact ? 1 : 2;
    case 'bytes':
    case 'records':
      return compact ? 1 : 4;
  }
}

/** Least bytes that one item of this field takes. */
export function leastItemSize(field: FieldPlan, compact: boolean): number {
  return field.type.kind === 'struct' ? field.type.struct.leastSize : leastSizeOf(field.type.scalar, compact);
}

function leastFieldSize(field: FieldPlan, flexible: boolean): number {
  if (field.array) return flexible ? 1 : 4;
  if (field.type.kind === 'struct' && field.nullable) return 1;
  return leastItemSize(field, flexible && !field.classic);
}

function planField(
  name: string,
  field: Field,
  line: Line,
  version: number,
  flexible: boolean,
  int64: Int64Mode,
): FieldPlan {
  const array = line.head.endsWith('[]');
  const nullable = line.nullableHead || (line.nullVersions !== null && within(version, line.nullVersions));
  const type: FieldType =
    typeof field === 'string'
      ? { kind: 'scalar', scalar: line.head.replace('[]', '') as ScalarType }
      : { kind: 'struct', struct: planStruct(field[1], version, flexible, int64) };
  const fallback = (): unknown => {
    if (line.fallback === 'null') return null;
    if (array) return [];
    return type.kind === 'struct' ? type.struct.defaults : scalarFallback(type.scalar, line.fallback, int64);
  };
  const tag = line.tag !== null && within(version, line.tagVersions) ? line.tag : null;
  return { name, type, array, nullable, classic: line.classic, tag, fallback: fallback() };
}

/** Plans `fields` at `version`. Dies on a line that is no field line: schemas are part of the program. */
export function planStruct(fields: Fields, version: number, flexible: boolean, int64: Int64Mode): StructPlan {
  const plain: FieldPlan[] = [];
  const tagged: FieldPlan[] = [];
  const defaults: Record<string, unknown> = {};
  const foreignTags = new Set<number>();
  const absent = new Set<string>();
  for (const [name, field] of Object.entries(fields)) {
    const line = readLine(typeof field === 'string' ? field : field[0]);
    const plan = planField(name, field, line, version, flexible, int64);
    defaults[name] = plan.fallback;
    if (!within(version, line.versions)) {
      absent.add(name);
      if (line.tag !== null) foreignTags.add(line.tag);
    } else if (plan.tag === null) {
      plain.push(plan);
    } else {
      tagged.push(plan);
    }
  }
  tagged.sort((one, other) => present(one.tag, 'tag') - present(other.tag, 'tag'));
  const leastSize = plain.reduce((sum, field) => sum + leastFieldSize(field, flexible), flexible ? 1 : 0);
  return { flexible, plain, tagged, defaults, foreignTags, absent, leastSize };
}
