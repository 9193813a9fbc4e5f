/**
 * Messages of the Kafka protocol: every request of every API and version, every response as our client reads it, and the records of
 * internal topics.
 *
 * A decoder gives a value or a WireError that names the message. A value, encoded again, gives bytes that decode and encode to
 * themselves; a message that was not spoiled gives its own bytes.
 */
import type { Random } from '../raft/index.ts';
import { isFlexible, WireCodec } from '../src/wire/codec.ts';
import { FrameReader } from '../src/wire/frame-reader.ts';
import { readRequestHeader, readRequestStart, readResponseHeader, responseHeaderVersion } from '../src/wire/frame.ts';
import { ALL_DATA, ALL_HEADERS } from '../src/wire/schema/all-data.ts';
import { ALL_APIS } from '../src/wire/schema/all.ts';
import type { ApiSchema, Fields } from '../src/wire/schema/field.ts';
import { WireError } from '../src/wire/wire-error.ts';
import { Writer } from '../src/wire/writer.ts';
import { noise, once } from './dice.ts';
import { messageMaker, WILD } from './message-maker.ts';
import type { Make } from './message-maker.ts';
import { mutate, spoilAnywhere } from './mutate.ts';
import { Sketch } from './sketch.ts';
import { Wrong } from './target.ts';
import type { Case, Target } from './target.ts';

/** As a server decodes. */
const server = new WireCodec();
/** As tools decode: nothing is lost, so bytes come back. */
const exact = new WireCodec({ int64: 'exact', keepUnknownTags: true });
const sketch = new Sketch();
const FRAME_BYTES_MAX = 1 << 20;

interface Schema {
  readonly name: string;
  readonly versions: readonly [low: number, high: number];
  readonly flexible: number | null;
}

/** What of a message may be refused with; a refusal must say what it is about. */
function refusal(error: unknown): string {
  if (!(error instanceof WireError)) throw error;
  if (error.api === '' || error.reason === 'value' || error.reason === 'version') throw error;
  return `refused: ${error.reason}`;
}

function bytesOf(codec: WireCodec, schema: Schema, fields: Fields, version: number, value: unknown): Buffer {
  return Buffer.concat(codec.encode(schema, fields, version, value, new Writer()).finish());
}

/** `value` was decoded by `codec`: what is written of it must be read as the same. */
function expectStable(codec: WireCodec, schema: Schema, fields: Fields, version: number, value: unknown): Buffer {
  const first = bytesOf(codec, schema, fields, version, value);
  const second = bytesOf(codec, schema, fields, version, codec.decode(schema, fields, version, first, 0));
  if (!first.equals(second))
    throw new Wrong(
      `decoded and encoded twice, the bytes differ: ${first.toString('hex')} and ${second.toString('hex')}`,
    );
  return first;
}

/** Decodes both ways. */
function runBody(schema: Schema, fields: Fields, version: number, bytes: Buffer): string {
  let outcome = 'value';
  try {
    const value = exact.decode(schema, fields, version, bytes, 0);
    expectStable(exact, schema, fields, version, value);
  } catch (error) {
    outcome = refusal(error);
  }
  try {
    bytesOf(server, schema, fields, version, server.decode(schema, fields, version, bytes, 0));
  } catch (error) {
    const again = refusal(error);
    if (again !== outcome) throw new Wrong(`the two codecs differ: ${outcome}, ${again}`);
  }
  return outcome;
}

/** A good message by `make`, and one time in eight left as it is; then the first byte of the input is 1. */
function made(random: Random, make: Make): Buffer {
  sketch.reset();
  make(random, sketch);
  if (once(random, 8)) return Buffer.concat([Buffer.from([1]), sketch.view()]);
  const bytes = once(random, 50) ? noise(random, random.below(200)) : mutate(random, sketch, 1 + random.below(3));
  return Buffer.concat([Buffer.from([0]), bytes]);
}

/** One message at one version; the first byte of its input says whether the rest is good. */
function bodyCase(schema: Schema, fields: Fields, version: number, name: string): Case {
  let make: Make | null = null;
  return {
    name,
    make: (random) => made(random, (make ??= messageMaker(fields, version, isFlexible(schema, version), WILD))),
    run: (bytes) => {
      const body = bytes.subarray(1);
      if (bytes[0] !== 1) return runBody(schema, fields, version, body);
      const value = exact.decode(schema, fields, version, body, 0);
      const back = bytesOf(exact, schema, fields, version, value);
      if (!back.equals(body)) throw new Wrong(`a good message came back as ${back.toString('hex')}`);
      return `good, ${runBody(schema, fields, version, body)}`;
    },
  };
}

function versionsOf({ versions: [low, high] }: Schema): readonly number[] {
  return Array.from({ length: high - low + 1 }, (_, index) => low + index);
}

/** Key, version, correlation id and client id before a request, as `src/server` reads them from a stream of chunks. */
function frameCase(api: ApiSchema, version: number): Case {
  let make: Make | null = null;
  const whole: Make = (random, target) => {
    make ??= messageMaker(api.request, version, isFlexible(api, version), WILD);
    target.int32(0);
    target.int16(api.key);
    target.int16(version);
    target.int32(random.below(1000));
    const clientId = noise(random, random.below(4)).fill(0x63);
    target.int16(clientId.length, 'length16');
    target.raw(clientId, 'text');
    if (isFlexible(api, version)) target.uvarint(0, 'tags');
    make(random, target);
  };
  return {
    name: `${api.name} ${version} frame`,
    make: (random) => {
      sketch.reset();
      whole(random, sketch);
      const bytes = mutate(random, sketch, random.below(3));
      if (bytes.length >= 4 && !once(random, 10)) bytes.writeInt32BE(bytes.length - 4);
      return once(random, 10) ? spoilAnywhere(random, bytes) : bytes;
    },
    run: runStream,
  };
}

const APIS = new Map(ALL_APIS.map((api) => [api.key, api]));

/** As a connection does it: chunks, frames, header, body. */
function runStream(bytes: Buffer): string {
  const frames = new FrameReader(FRAME_BYTES_MAX);
  const step = 1 + (bytes.length % 7) * 13 + (bytes.length >> 6);
  for (let at = 0; at < bytes.length; at += step) frames.push(bytes.subarray(at, at + step));
  let outcome = 'no frame';
  for (let next = frames.next(); next.kind !== 'more'; next = frames.next()) {
    if (next.kind === 'refused') return `refused: ${next.reason} frame`;
    try {
      const start = readRequestStart(next.bytes);
      const api = APIS.get(start.apiKey);
      if (api === undefined || start.apiVersion < api.versions[0] || start.apiVersion > api.versions[1])
        return 'refused: API';
      const { bodyAt } = readRequestHeader(next.bytes, api);
      expectStable(
        server,
        api,
        api.request,
        start.apiVersion,
        server.decodeRequest(api, start.apiVersion, next.bytes, bodyAt),
      );
      outcome = 'value';
    } catch (error) {
      return refusal(error);
    }
  }
  return outcome;
}

/** Header and body of an answer, as `src/client` reads them. */
function answerCase(api: ApiSchema, version: number): Case {
  let make: Make | null = null;
  return {
    name: `${api.name} ${version} answer`,
    make: (random) => {
      make ??= messageMaker(api.response, version, isFlexible(api, version), WILD);
      sketch.reset();
      sketch.int32(7);
      if (responseHeaderVersion(api, version) === 1) sketch.uvarint(0, 'tags');
      make(random, sketch);
      return mutate(random, sketch, random.below(3));
    },
    run: (bytes) => {
      try {
        const { bodyAt } = readResponseHeader(bytes, api, version);
        expectStable(server, api, api.response, version, server.decodeResponse(api, version, bytes, bodyAt));
        return 'value';
      } catch (error) {
        return refusal(error);
      }
    },
  };
}

export const requests: Target = {
  name: 'requests',
  about: 'every request message at every version, and whole frames of them',
  share: 40,
  weight: 1,
  hangSeconds: 10,
  cases: ALL_APIS.flatMap((api) =>
    versionsOf(api).flatMap((version) => [
      bodyCase(api, api.request, version, `${api.name} ${version} request`),
      frameCase(api, version),
    ]),
  ),
};

export const responses: Target = {
  name: 'responses',
  about: 'every response message at every version, with its header, as our client decodes it',
  share: 15,
  weight: 1,
  hangSeconds: 10,
  cases: ALL_APIS.flatMap((api) =>
    versionsOf(api).flatMap((version) => [
      bodyCase(api, api.response, version, `${api.name} ${version} response`),
      answerCase(api, version),
    ]),
  ),
};

export const data: Target = {
  name: 'data',
  about: 'headers, subscriptions and the records of internal topics, by schema',
  share: 5,
  weight: 1,
  hangSeconds: 10,
  cases: [...ALL_HEADERS, ...ALL_DATA].flatMap((schema) =>
    versionsOf(schema).map((version) => bodyCase(schema, schema.fields, version, `${schema.name} ${version}`)),
  ),
};
