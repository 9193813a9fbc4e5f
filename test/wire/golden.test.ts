/** Every message that Kafka itself wrote decodes to its meaning, and its meaning encodes to the same bytes. */
import { expect, test } from 'vitest';
import { WireCodec } from '../../src/wire/codec.ts';
import { parseExactJson, printExactJson } from '../../src/wire/exact-json.ts';
import { FrameReader } from '../../src/wire/frame-reader.ts';
import { readRequestHeader, readResponseHeader, requestFrame, responseFrame } from '../../src/wire/frame.ts';
import { ALL_APIS } from '../../src/wire/schema/all.ts';
import { WireTool } from '../../src/wire/tool.ts';
import { Writer } from '../../src/wire/writer.ts';
import { present } from '../../raft/index.ts';
import { fixtureLines } from './fixture.ts';

interface Line {
  readonly api: string;
  readonly type: string;
  readonly version: number;
  readonly sample: string;
  readonly json: Record<string, unknown>;
  readonly unknownTags?: unknown;
  readonly hex: string;
  readonly header?: { readonly correlationId: number; readonly clientId: string };
}

function parse(line: string): Line {
  return parseExactJson(line) as Line;
}

test.each(['requests', 'responses', 'headers', 'data'])(
  'every golden line of %s decodes to its JSON and encodes to its bytes',
  (file) => {
    const tool = new WireTool();
    const lines = fixtureLines(file);
    expect(lines.length).toBeGreaterThan(100);
    lines.forEach((text, index) => {
      const { json, unknownTags, hex, ...name } = parse(text);
      const decoded = parse(tool.decodeLine(JSON.stringify({ ...name, hex }), index + 1));
      expect(decoded.json, `${name.api} v${name.version} ${name.sample}`).toEqual(json);
      expect(decoded.unknownTags).toEqual(unknownTags);
      const encoded = parse(tool.encodeLine(text, index + 1));
      expect(encoded.hex, `${name.api} v${name.version} ${name.sample}`).toBe(hex);
    });
  },
);

/** Some int64 in it is none of JavaScript's safe integers. */
function holdsFar(value: unknown): boolean {
  if (typeof value === 'bigint') return value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER;
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsFar);
}

test.each(['requests', 'responses'])(
  'as a server reads them, %s come out as the same bytes, unless an int64 lies beyond 2^53',
  (file) => {
    const codec = new WireCodec();
    const exact = new WireCodec({ int64: 'exact', keepUnknownTags: true });
    let same = 0;
    for (const text of fixtureLines(file)) {
      const { api: name, type, version, hex, unknownTags } = parse(text);
      const api = present(
        ALL_APIS.find((one) => one.name === name),
        name,
      );
      const fields = type === 'request' ? api.request : api.response;
      const bytes = Buffer.from(hex, 'hex');
      const value = codec.decode(api, fields, version, bytes, 0);
      const encoded = codec.encode(api, fields, version, value, new Writer()).finish();
      if (unknownTags !== undefined || holdsFar(exact.decode(api, fields, version, bytes, 0))) continue;
      expect(Buffer.concat(encoded).equals(bytes), `${name} v${version}`).toBe(true);
      same += 1;
    }
    expect(same).toBeGreaterThan(1000);
  },
);

/** Takes a frame apart and builds it again. */
function rebuilt(codec: WireCodec, line: Line, frame: Uint8Array): readonly Uint8Array[] {
  const api = present(
    ALL_APIS.find(({ name }) => name === line.api),
    line.api,
  );
  if (line.type === 'request') {
    const header = readRequestHeader(frame, api);
    expect([header.apiKey, header.apiVersion]).toEqual([api.key, line.version]);
    expect(header).toMatchObject({ correlationId: line.header?.correlationId, clientId: line.header?.clientId });
    return requestFrame(codec, api, line.version, header, codec.decodeRequest(api, line.version, frame, header.bodyAt));
  }
  const { correlationId, bodyAt } = readResponseHeader(frame, api, line.version);
  expect(correlationId).toBe(line.header?.correlationId);
  return responseFrame(codec, api, line.version, correlationId, codec.decodeResponse(api, line.version, frame, bodyAt));
}

test('every golden frame is cut, its header read, and built again from its parts', () => {
  const codec = new WireCodec({ int64: 'exact', keepUnknownTags: false });
  const lines = fixtureLines('frames').map((text) => parse(text));
  const reader = new FrameReader(1024 * 1024);
  for (const line of lines) {
    const bytes = Buffer.from(line.hex, 'hex');
    reader.push(bytes);
    const frame = reader.next();
    expect(frame.kind).toBe('frame');
    if (frame.kind === 'frame')
      expect(Buffer.concat(rebuilt(codec, line, frame.bytes)).equals(bytes), `${line.api} v${line.version}`).toBe(true);
  }
});

interface RecordLine {
  readonly record: string;
  readonly valueVersion: number;
  readonly key: unknown;
  readonly value: unknown;
  readonly keyHex: string;
  readonly valueHex: string;
  readonly unknownTags?: unknown;
}

/** A line for the wire tool; `hex` begins with an int16 that is no part of the message. */
function dataLine(api: string, version: number, hex: string, json: unknown, unknownTags: unknown): Line {
  return { api, type: 'data', version, sample: '', hex: hex.slice(4), json: json as Line['json'], unknownTags };
}

test('keys and values of the internal topics decode to their JSON and encode to their bytes', () => {
  const tool = new WireTool();
  const lines = fixtureLines('coordinator-records').flatMap((text) => {
    const line = parseExactJson(text) as RecordLine;
    const name = line.record.replace('Legacy', '');
    return [
      dataLine(`${name}Key`, 0, line.keyHex, line.key, undefined),
      dataLine(`${name}Value`, line.valueVersion, line.valueHex, line.value, line.unknownTags),
    ];
  });
  for (const { hex, json, unknownTags, ...name } of lines) {
    const decoded = parse(tool.decodeLine(printExactJson({ ...name, hex }), 1));
    expect(decoded, `${name.api} v${name.version}`).toMatchObject({
      json,
      ...(unknownTags === undefined ? {} : { unknownTags }),
    });
    const encoded = parse(tool.encodeLine(printExactJson({ ...name, json, unknownTags }), 1));
    expect(encoded.hex).toBe(hex);
  }
});
