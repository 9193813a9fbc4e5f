/** Frames: what goes in comes out, whatever the network does to chunk borders; what is damaged is refused by name. */
import { crc32c } from '@node-rs/crc32';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directoryId, incarnation, nodeId } from '../../raft/index.ts';
import { FrameError } from '../../src/peer/frame-error.ts';
import { LANES } from '../../src/peer/frame-item.ts';
import type { FrameItem } from '../../src/peer/frame-item.ts';
import { FrameReader } from '../../src/peer/frame-reader.ts';
import { decodeFrame, FrameBuilder } from '../../src/peer/frame.ts';
import { attachmentBytes, headerBytesMax } from '../../src/peer/message-encoder.ts';
import { groups, messages } from './arbitrary-message.ts';

const name = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' });
const bytes = fc.uint8Array({ maxLength: 50 });
const id = fc.oneof(fc.nat(), fc.maxSafeNat());
const sender = fc.record({
  node: fc.nat().map(nodeId),
  incarnation: name.map(incarnation),
  directory: name.map(directoryId),
  clusterId: fc.option(name),
  empty: fc.boolean(),
});
const endpoint = fc.record({ host: name, port: fc.nat(65_535) });
const version = fc.nat(9);

const items: fc.Arbitrary<FrameItem> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('message' as const), group: groups, message: messages }) },
  fc.record({ kind: fc.constant('request' as const), id, method: name, body: bytes }),
  fc.record({ kind: fc.constant('answer' as const), id, body: bytes }),
  fc.record({ kind: fc.constant('failure' as const), id, reason: name }),
  fc.record({
    kind: fc.constant('identity' as const),
    clusterId: fc.option(name),
    empty: fc.boolean(),
    deaf: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('hello' as const),
    hello: fc.record({ version, sender, addressed: fc.nat().map(nodeId), lane: fc.constantFrom(...LANES), endpoint }),
  }),
  fc.record({
    kind: fc.constant('hello-reply' as const),
    reply: fc.record({
      version,
      sender,
      refusal: fc.option(fc.constantFrom('version' as const, 'other-cluster' as const)),
      detail: name,
    }),
  }),
);

interface Sent {
  readonly item: FrameItem;
  readonly attachment: readonly Uint8Array[];
}

/** Attachments as drivers give them: one buffer for each batch. */
function attach(item: FrameItem): Sent {
  if (item.kind !== 'message') return { item, attachment: [] };
  const { message } = item;
  if (message.kind === 'append')
    return { item, attachment: message.batches.map((batch, index) => Buffer.alloc(batch.bytes, index + 1)) };
  return { item, attachment: [Buffer.alloc(attachmentBytes(message), 7)] };
}

const frames = fc.array(fc.array(items.map(attach), { maxLength: 4 }), { maxLength: 3 });

function build(sent: readonly Sent[]): Buffer {
  const builder = new FrameBuilder();
  for (const each of sent) builder.add(each.item, each.attachment);
  const built = Buffer.concat(builder.seal());
  expect(built.length).toBe(new DataView(built.buffer, built.byteOffset).getUint32(0) + 4);
  return built;
}

function plain(item: FrameItem): unknown {
  if (item.kind === 'request' || item.kind === 'answer')
    return { ...item, body: Buffer.from(item.body).toString('hex') };
  return item;
}

describe('frames', () => {
  it('come out of any chunking of the stream as they went in', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 90 })), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(build));
        const reader = new FrameReader(1 << 20);
        const received: (readonly ReturnType<typeof decodeFrame>[number][])[] = [];
        let position = 0;
        let cut = 0;
        while (position < stream.length) {
          const end = Math.min(stream.length, position + (cuts[cut % cuts.length] ?? 1 << 20));
          // A copy: chunks of a real network share no memory.
          reader.push(Buffer.from(stream.subarray(position, end)));
          for (let frame = reader.next(); frame !== null; frame = reader.next()) received.push(decodeFrame(frame));
          position = end;
          cut += 1;
        }
        expect(received.map((frame) => frame.map((each) => plain(each.item)))).toEqual(
          sent.map((frame) => frame.map((each) => plain(each.item))),
        );
        expect(received.map((frame) => frame.map((each) => Buffer.from(each.attachment).toString('hex')))).toEqual(
          sent.map((frame) => frame.map((each) => Buffer.concat(each.attachment).toString('hex'))),
        );
      }),
      { numRuns: 150, seed: 20 },
    );
  });

  it('take no more header bytes than the bound that queues rely on', () => {
    fc.assert(
      fc.property(groups, messages, (group, message) => {
        const builder = new FrameBuilder();
        const before = builder.bytes;
        builder.add({ kind: 'message', group, message }, []);
        expect(builder.bytes - before).toBeLessThanOrEqual(headerBytesMax(group, message));
      }),
      { numRuns: 200, seed: 21 },
    );
  });

  it('with one flipped bit anywhere before the attachment are refused', () => {
    fc.assert(
      fc.property(items.map(attach), fc.nat(), (sent, at) => {
        const frame = build([sent]);
        const checked = 12 + frame.readUInt32BE(4);
        const bit = at % (checked * 8);
        frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => decodeFrame(frame)).toThrow(FrameError);
      }),
      { numRuns: 200, seed: 22 },
    );
  });

  it('with one flipped bit in their lengths are refused as soon as they are there: nobody waits for what never comes', () => {
    fc.assert(
      fc.property(items.map(attach), fc.nat(63), (sent, bit) => {
        const frame = build([sent]);
        frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const reader = new FrameReader(1 << 26);
        const receive = (): void => {
          reader.push(frame);
          const received = reader.next();
          if (received !== null) decodeFrame(received);
        };
        expect(receive).toThrow(FrameError);
      }),
      { numRuns: 200, seed: 25 },
    );
  });

  it('of arbitrary content under a valid CRC are decoded or refused, and throw nothing else', () => {
    const mutation = fc.record({ at: fc.nat(), value: fc.nat(255) });
    fc.assert(
      fc.property(
        fc.oneof(
          items.map((item) => build([attach(item)])),
          fc.uint8Array({ maxLength: 200 }),
        ),
        fc.array(mutation, { maxLength: 4 }),
        (source, mutations) => {
          const frame = source instanceof Buffer ? source : framed(Buffer.from(source));
          const headerLength = frame.readUInt32BE(4);
          for (const { at, value } of mutations) {
            if (headerLength > 0) frame[8 + (at % headerLength)] = value;
          }
          frame.writeUInt32BE(crc32c(frame.subarray(0, 8 + headerLength)), 8 + headerLength);
          refusedOrDecoded(() => decodeFrame(frame));
        },
      ),
      { numRuns: 500, seed: 23 },
    );
  });

  it('of arbitrary bytes never make the reader or the decoder throw anything but a FrameError', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 6 }), (chunks) => {
        const reader = new FrameReader(1000);
        refusedOrDecoded(() => {
          for (const chunk of chunks) {
            reader.push(Buffer.from(chunk));
            for (let frame = reader.next(); frame !== null; frame = reader.next()) decodeFrame(frame);
          }
        });
      }),
      { numRuns: 300, seed: 24 },
    );
  });
});

/** A frame around `header`, its CRC still to be filled in. */
function framed(header: Buffer): Buffer {
  const frame = Buffer.alloc(12 + header.length);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame.writeUInt32BE(header.length, 4);
  header.copy(frame, 8);
  return frame;
}

function refusedOrDecoded(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
  }
}
