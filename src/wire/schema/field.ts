/**
 * The notation of the schemas: what one field line says, and the TypeScript types that follow from it.
 *
 *   type[?] [versions] [null versions] [tag n [versions]] [classic] [= default]
 *
 *   'int32'                  present in every version of the message
 *   'string? 3+ = null'      from version 3, may be null, null when absent
 *   'int32 0-14 = -1'        versions 0 to 14
 *   'string null 1+'         always there, may be null from version 1
 *   'int64 18+ tag 1 = 7'    a tagged field, left out of the bytes when it is 7
 *   'int32[]'                array of a scalar
 *   struct('[] 2+', {…})     array of structs; struct('{}', {…}): one; the same words may follow
 *
 * `classic` keeps the old int16 length in flexible versions (the client id of the request header). Defaults when
 * none is given: 0, false, '', no bytes, empty array, zero uuid, null for records, a struct of defaults.
 * Versions are relative to the struct around. Decoding gives every field of every version: those that the
 * version lacks hold their default. The lines are read on the first use of a message (`plan.ts`).
 */
export type ScalarType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint16'
  | 'float64'
  | 'string'
  | 'bytes'
  | 'uuid'
  | 'records';

type Nullable = '' | '?';
type Rest = '' | ` ${string}`;
/** The line of a scalar field, or of an array of scalars. */
export type ScalarLine = `${ScalarType}${'' | '[]'}${Nullable}${Rest}`;
/** The line of a struct, or of an array of structs. */
export type StructLine = `${'{}' | '[]'}${Nullable}${Rest}`;

export type Field = ScalarLine | readonly [StructLine, Fields];
/** Fields in wire order. */
export type Fields = { readonly [name: string]: Field };

/** A field of structs: `[]` an array of them, `{}` one. Made by a function only because that reads well. */
export function struct<const Line extends StructLine, const Inner extends Fields>(
  line: Line,
  fields: Inner,
): readonly [Line, Inner] {
  return [line, fields];
}

/** One API, request and response side by side. */
export interface ApiSchema {
  readonly key: number;
  readonly name: string;
  /** Lowest and highest version that the schema describes, both included. */
  readonly versions: readonly [low: number, high: number];
  /** First flexible version (compact lengths and tagged fields); null: none. */
  readonly flexible: number | null;
  readonly request: Fields;
  readonly response: Fields;
}

/** A message outside requests and responses: a record of an internal topic, a consumer's subscription. */
export interface DataSchema {
  readonly name: string;
  readonly versions: readonly [low: number, high: number];
  readonly flexible: number | null;
  readonly fields: Fields;
}

type Head<Line extends string> = Line extends `${infer First} ${string}` ? First : Line;
type OrNull<Line extends string> =
  Head<Line> extends `${string}?` ? null : Line extends `${string} null ${string}` ? null : never;
type Bare<Line extends string> = Head<Line> extends `${infer Type}?` ? Type : Head<Line>;

/** What a decoded scalar is. int64: a safe integer. bytes, records: views of the frame. uuid: 22 characters, base64url. */
type Scalar<Type extends string> = Type extends 'string' | 'uuid'
  ? string
  : Type extends 'bool'
    ? boolean
    : Type extends 'bytes' | 'records'
      ? Uint8Array
      : number;
/** Batches to send: one buffer, or several that follow each other. They are sent as they are, without a copy. */
export type RecordsInput = Uint8Array | readonly Uint8Array[];
type ScalarInput<Type extends string> = Type extends 'records' ? RecordsInput : Scalar<Type>;

type DecodedField<F> = F extends string
  ? (Bare<F> extends `${infer Item}[]` ? readonly Scalar<Item>[] : Scalar<Bare<F>>) | OrNull<F>
  : F extends readonly [infer Line extends string, infer Inner]
    ? (Bare<Line> extends '[]' ? readonly Decoded<Inner>[] : Decoded<Inner>) | OrNull<Line>
    : never;
/** What decoding gives: all fields of all versions. */
export type Decoded<F> = { readonly [Name in keyof F]: DecodedField<F[Name]> };

type EncodableField<F> = F extends string
  ? (Bare<F> extends `${infer Item}[]` ? readonly ScalarInput<Item>[] : ScalarInput<Bare<F>>) | OrNull<F>
  : F extends readonly [infer Line extends string, infer Inner]
    ? (Bare<Line> extends '[]' ? readonly Encodable<Inner>[] : Encodable<Inner>) | OrNull<Line>
    : never;
type LineOf<F> = F extends readonly [infer Line, unknown] ? Line : F;
/** Names whose line says more than a type: they have a default, so they may be left out. */
type Optional<F> = { [Name in keyof F]: LineOf<F[Name]> extends `${string} ${string}` ? Name : never }[keyof F];
/** What encoding takes: fields of one bare type are required, all others may be left out and get their default. */
export type Encodable<F> = { readonly [Name in Exclude<keyof F, Optional<F>>]: EncodableField<F[Name]> } & {
  readonly [Name in Optional<F>]?: EncodableField<F[Name]> | undefined;
};
