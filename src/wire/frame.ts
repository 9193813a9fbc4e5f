/**
 * Frames and headers: int32 size, header, body.
 *
 *   request  v1  key i16, version i16, correlation id i32, client id (int16 length, -1 null)      v2  + tagged fields
 *   response v0  correlation id i32                                                               v1  + tagged fields
 *
 * v2 and v1 go with flexible versions, but ApiVersions is always answered with v0, since the client does not yet
 * know what we speak. The client id keeps its int16 length in both.
 */
import type { WireCodec } from './codec.ts';
import { isFlexible } from './codec.ts';
import { Reader } from './reader.ts';
import type { ApiSchema, Encodable } from './schema/field.ts';
import { WireError } from './wire-error.ts';
import { Writer } from './writer.ts';

const API_VERSIONS_KEY = 18;
/** Bytes of key, version and correlation id. */
const FIXED_HEADER_SIZE = 8;

/** What every request begins with, whatever the API. */
export interface RequestStart {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
}

export interface RequestHeader extends RequestStart {
  /** A null client id is read as ''. */
  readonly clientId: string;
  /** Where the body begins in the frame. */
  readonly bodyAt: number;
}

/** Runs `read` and puts the name of the header on what it refuses. */
function named<T>(name: string, version: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof WireError ? error.of(name, version) : error;
  }
}

function skipTags(reader: Reader): void {
  const count = reader.uvarint();
  for (let read = 0; read < count; read += 1) {
    reader.uvarint();
    reader.take(reader.uvarint());
  }
}

/** Reads key, version and correlation id of a frame (without its size), to find the API. Throws {@link WireError}. */
export function readRequestStart(frame: Uint8Array): RequestStart {
  return named('RequestHeader', 1, () => {
    const reader = new Reader(frame);
    return { apiKey: reader.int16(), apiVersion: reader.int16(), correlationId: reader.int32() };
  });
}

/** Reads the whole header of a frame (without its size) of `api`. Throws {@link WireError}. */
export function readRequestHeader(frame: Uint8Array, api: ApiSchema): RequestHeader {
  const start = readRequestStart(frame);
  const flexible = isFlexible(api, start.apiVersion);
  return named('RequestHeader', flexible ? 2 : 1, () => {
    const reader = new Reader(frame, FIXED_HEADER_SIZE);
    const size = reader.int16();
    if (size < -1) throw new WireError('length', `a length of ${size}`).within('clientId');
    const clientId = size === -1 ? '' : reader.text(size);
    if (flexible) skipTags(reader);
    return { ...start, clientId, bodyAt: reader.position };
  });
}

/** Version of the header of responses to `api` at `version`. */
export function responseHeaderVersion(api: ApiSchema, version: number): 0 | 1 {
  return api.key !== API_VERSIONS_KEY && isFlexible(api, version) ? 1 : 0;
}

function framed(writer: Writer): readonly Uint8Array[] {
  const size = writer.size() - 4;
  const buffers = writer.finish();
  const first = buffers[0];
  if (first !== undefined) new DataView(first.buffer, first.byteOffset).setInt32(0, size);
  return buffers;
}

/**
 * A whole response frame, size included, as buffers to be written one after the other. `records` in `body` are among
 * them as they are, and must not change until they are sent.
 */
export function responseFrame<Api extends ApiSchema>(
  codec: WireCodec,
  api: Api,
  version: number,
  correlationId: number,
  body: Encodable<Api['response']>,
): readonly Uint8Array[] {
  const writer = new Writer();
  writer.int32(0);
  writer.int32(correlationId);
  if (responseHeaderVersion(api, version) === 1) writer.uvarint(0);
  return framed(codec.encodeResponse(api, version, body, writer));
}

/** A whole request frame, size included; `records` as in {@link responseFrame}. */
export function requestFrame<Api extends ApiSchema>(
  codec: WireCodec,
  api: Api,
  version: number,
  header: { readonly correlationId: number; readonly clientId: string },
  body: Encodable<Api['request']>,
): readonly Uint8Array[] {
  const writer = new Writer();
  writer.int32(0);
  writer.int16(api.key);
  writer.int16(version);
  writer.int32(header.correlationId);
  const size = Buffer.byteLength(header.clientId);
  writer.int16(size);
  writer.text(header.clientId, size);
  if (isFlexible(api, version)) writer.uvarint(0);
  return framed(codec.encodeRequest(api, version, body, writer));
}

/** Reads the header of a response frame (without its size). `bodyAt`: where the body begins. Throws {@link WireError}. */
export function readResponseHeader(
  frame: Uint8Array,
  api: ApiSchema,
  version: number,
): { readonly correlationId: number; readonly bodyAt: number } {
  const headerVersion = responseHeaderVersion(api, version);
  return named('ResponseHeader', headerVersion, () => {
    const reader = new Reader(frame);
    const correlationId = reader.int32();
    if (headerVersion === 1) skipTags(reader);
    return { correlationId, bodyAt: reader.position };
  });
}
