/**
 * Makes valid messages of any schema at any version, into a sketch: closures from the same plan that the codec is made of.
 *
 * What texts, numbers and ids are about comes from a vocabulary, by the name of the field: wild for codecs, plausible for handlers
 * (topics that exist, members of the group).
 */
import { present } from '../raft/index.ts';
import type { Random } from '../raft/index.ts';
import { compileEncoder } from '../src/wire/codec-encode.ts';
import { planStruct } from '../src/wire/plan.ts';
import type { FieldPlan, StructPlan } from '../src/wire/plan.ts';
import type { Fields, ScalarType } from '../src/wire/schema/field.ts';
import { Writer } from '../src/wire/writer.ts';
import { anyText, noise, once, signed, signed64 } from './dice.ts';
import { uvarint } from './sketch.ts';
import type { Sketch, SketchPoint } from './sketch.ts';

/** What values are about; null: draw any. */
export interface Vocabulary {
  text(name: string, random: Random): string | null;
  whole(name: string, random: Random): number | null;
  uuid(name: string, random: Random): Buffer | null;
  bytes(name: string, random: Random): Uint8Array | null;
}

export const WILD: Vocabulary = { text: () => null, whole: () => null, uuid: () => null, bytes: () => null };

/** Writes one value. */
export type Make = (random: Random, sketch: Sketch) => void;

interface Context {
  readonly flexible: boolean;
  readonly vocabulary: Vocabulary;
}

/** A maker of messages of `fields` at `version`. */
export function messageMaker(fields: Fields, version: number, flexible: boolean, vocabulary: Vocabulary): Make {
  return structMaker(planStruct(fields, version, flexible, 'exact'), vocabulary);
}

function structMaker(plan: StructPlan, vocabulary: Vocabulary): Make {
  const context = { flexible: plan.flexible, vocabulary };
  const plain = plan.plain.map((field) => fieldMaker(field, context));
  const tags = plan.flexible ? tagsMaker(plan, context) : null;
  return (random, sketch) => {
    for (const make of plain) make(random, sketch);
    tags?.(random, sketch);
  };
}

function writeLength(sketch: Sketch, length: number, compact: boolean, width: 2 | 4): void {
  if (compact) sketch.uvarint(length + 1, 'compact');
  else if (width === 4) sketch.int32(length, 'length32');
  else sketch.int16(length, 'length16');
}

function fieldMaker(field: FieldPlan, context: Context): Make {
  if (!field.array) return itemMaker(field, context);
  const item = itemMaker({ ...field, array: false, nullable: false }, context);
  return (random, sketch) => {
    const count = field.nullable && once(random, 8) ? -1 : once(random, 30) ? random.below(12) : random.below(4);
    writeLength(sketch, count, context.flexible, 4);
    for (let made = 0; made < count; made += 1) item(random, sketch);
  };
}

function itemMaker(field: FieldPlan, context: Context): Make {
  if (field.type.kind === 'scalar') return scalarMaker(field.type.scalar, field, context);
  const struct = structMaker(field.type.struct, context.vocabulary);
  if (!field.nullable) return struct;
  return (random, sketch) => {
    const isNull = once(random, 4);
    if (field.tag === null) sketch.int8(isNull ? -1 : 1);
    else sketch.uvarint(isNull ? 0 : 1);
    if (!isNull) struct(random, sketch);
  };
}

function sized(field: FieldPlan, { flexible }: Context, width: 2 | 4, content: (random: Random) => Uint8Array): Make {
  const compact = flexible && !field.classic;
  const kind = width === 2 ? 'text' : 'bytes';
  return (random, sketch) => {
    if (field.nullable && once(random, 8)) return writeLength(sketch, -1, compact, width);
    const bytes = content(random);
    writeLength(sketch, bytes.length, compact, width);
    sketch.raw(bytes, kind);
  };
}

function scalarMaker(scalar: ScalarType, field: FieldPlan, context: Context): Make {
  const { vocabulary } = context;
  const { name } = field;
  const whole = (random: Random, bits: 8 | 16 | 32): number => vocabulary.whole(name, random) ?? signed(random, bits);
  switch (scalar) {
    case 'bool':
      return (random, sketch) => sketch.int8(random.below(2));
    case 'int8':
      return (random, sketch) => sketch.int8(whole(random, 8));
    case 'int16':
      return (random, sketch) => sketch.int16(whole(random, 16));
    case 'uint16':
      return (random, sketch) => sketch.uint16(random.below(0x1_0000));
    case 'int32':
      return (random, sketch) => sketch.int32(whole(random, 32));
    case 'int64':
      return (random, sketch) => {
        const known = vocabulary.whole(name, random);
        sketch.int64(known === null ? signed64(random) : BigInt(known));
      };
    case 'float64':
      return (random, sketch) => sketch.float64(random.fraction() * 100);
    case 'uuid':
      return (random, sketch) => sketch.raw(vocabulary.uuid(name, random) ?? noise(random, 16), 'number');
    case 'string':
      return sized(field, context, 2, (random) => Buffer.from(vocabulary.text(name, random) ?? anyText(random)));
    case 'bytes':
    case 'records':
      return sized(field, context, 4, (random) => vocabulary.bytes(name, random) ?? noise(random, random.below(40)));
  }
}

/** Bytes of the field's default: a tagged field that holds it must be left out. */
function defaultBytes(field: FieldPlan): Buffer {
  const plan = {
    flexible: true,
    plain: [field],
    tagged: [],
    defaults: {},
    foreignTags: new Set<number>(),
    absent: new Set<string>(),
    leastSize: 0,
  };
  const writer = new Writer();
  compileEncoder(plan)(writer, {});
  // The struct around it ends with its number of tagged fields.
  return Buffer.concat(writer.finish()).subarray(0, -1);
}

function tagsMaker(plan: StructPlan, context: Context): Make {
  const tagged = plan.tagged.map((field) => ({
    tag: present(field.tag, 'tag'),
    make: fieldMaker(field, context),
    absent: defaultBytes(field),
  }));
  return (random, sketch) => {
    const countAt = sketch.point();
    let count = 0;
    for (const { tag, make, absent } of tagged) {
      if (once(random, 2)) continue;
      const before = sketch.point();
      sketch.uvarint(tag);
      const inside = sketch.point();
      make(random, sketch);
      const size = sketch.length - inside.length;
      if (sketch.view(inside.length).equals(absent)) {
        sketch.back(before);
        continue;
      }
      insertVarint(sketch, inside, size, 'varint');
      count += 1;
    }
    insertVarint(sketch, countAt, count, 'tags');
  };
}

function insertVarint(sketch: Sketch, { length, marks }: SketchPoint, value: number, kind: 'varint' | 'tags'): void {
  sketch.insert(length, marks, uvarint(value), kind);
}
