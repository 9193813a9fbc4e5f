/** Bytes from outside: every decoder returns or refuses by WireError, and takes no memory that was merely promised. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WireCodec } from '../../src/wire/codec.ts';
import { readRequestHeader, readResponseHeader } from '../../src/wire/frame.ts';
import { ALL_DATA, ALL_HEADERS } from '../../src/wire/schema/all-data.ts';
import { ALL_APIS } from '../../src/wire/schema/all.ts';
import type { Fields } from '../../src/wire/schema/field.ts';
import { WireTool } from '../../src/wire/tool.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { fixtureLines } from './fixture.ts';

/** Runs `action`; what it throws must be a WireError that names its message. */
function refusedOrDone(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    expect(error).toMatchObject({ api: expect.stringMatching(/./) as string });
  }
}

interface Target {
  readonly name: string;
  readonly versions: readonly [number, number];
  readonly flexible: number | null;
  readonly fields: Fields;
}
const targets: readonly Target[] = [
  ...ALL_APIS.flatMap((api) => [
    { ...api, fields: api.request },
    { ...api, fields: api.response },
  ]),
  ...ALL_HEADERS,
  ...ALL_DATA,
];
const anyTarget = fc.constantFrom(...targets).chain((target) =>
  fc.record({
    target: fc.constant(target),
    version: fc.integer({ min: target.versions[0], max: target.versions[1] }),
  }),
);

test('random bytes: every message at every version is decoded or refused, headers too', () => {
  const codec = new WireCodec();
  fc.assert(
    fc.property(anyTarget, fc.uint8Array({ maxLength: 300 }), ({ target, version }, bytes) => {
      refusedOrDone(() => codec.decode(target, target.fields, version, bytes, 0));
    }),
    { numRuns: 5000, seed: 7 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...ALL_APIS), fc.uint8Array({ maxLength: 40 }), (api, bytes) => {
      refusedOrDone(() => readRequestHeader(bytes, api));
      refusedOrDone(() => readResponseHeader(bytes, api, api.versions[1]));
    }),
    { numRuns: 1000, seed: 7 },
  );
});

interface Line {
  readonly api: string;
  readonly type: string;
  readonly version: number;
  readonly hex: string;
}

test('golden messages with bytes changed, cut or doubled are decoded or refused', () => {
  const codec = new WireCodec();
  const lines = [...fixtureLines('requests'), ...fixtureLines('responses')]
    .filter((line) => line.length < 4000)
    .map((line) => JSON.parse(line) as Line);
  const change = fc.record({
    at: fc.nat(4000),
    byte: fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff),
    cut: fc.option(fc.nat(4000)),
  });
  fc.assert(
    fc.property(fc.constantFrom(...lines), fc.array(change, { minLength: 1, maxLength: 4 }), (line, changes) => {
      const api = ALL_APIS.find(({ name }) => name === line.api);
      expect(api).toBeDefined();
      if (api === undefined) return;
      let bytes = Buffer.from(line.hex, 'hex');
      for (const { at, byte, cut } of changes) {
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        if (cut !== null) bytes = bytes.subarray(0, cut % (bytes.length + 1));
      }
      refusedOrDone(() =>
        codec.decode(api, line.type === 'request' ? api.request : api.response, line.version, bytes, 0),
      );
    }),
    { numRuns: 4000, seed: 8 },
  );
});

test('the wire tool answers any line, of bytes or of JSON, without dying', () => {
  const tool = new WireTool();
  const lines = fixtureLines('requests').filter((line) => line.length < 3000);
  fc.assert(
    fc.property(
      fc.constantFrom(...lines),
      fc.nat(3000),
      fc.constantFrom('', '"', '{', '[', 'null', '-1', '99999999999999999999', '\\'),
      (line, at, text) => {
        const spot = at % line.length;
        const spoiled = line.slice(0, spot) + text + line.slice(spot + Math.max(1, text.length));
        expect(() => JSON.parse(tool.decodeLine(spoiled, 1)) as unknown).not.toThrow();
        expect(() => JSON.parse(tool.encodeLine(spoiled, 1)) as unknown).not.toThrow();
      },
    ),
    { numRuns: 1500, seed: 9 },
  );
});
