/**
 * What a frame costs: microseconds per append item, encoded and decoded, for a turn that has many groups' appends for one peer.
 *
 *   bundle it (`npx esbuild bench/peer.ts --bundle --platform=node --format=esm`) and run the result with node
 */
import { byteCount, groupId, offset, term } from '../raft/index.ts';
import type { Append } from '../raft/index.ts';
import { decodeFrame, FrameBuilder } from '../src/peer/frame.ts';

const ITEMS = 200;
const ROUNDS = 1000;
const batch = Buffer.alloc(1024, 1);

function appendAt(at: number, batches: number): Append {
  return {
    kind: 'append',
    term: term(7),
    progressId: 12,
    prevOffset: offset(at),
    prevTerm: term(7),
    termStart: offset(1000),
    highWatermark: offset(at),
    logStart: offset(0),
    round: 3,
    batches: Array.from({ length: batches }, (_, index) => ({
      base: offset(at + index),
      end: offset(at + index + 1),
      term: term(7),
      bytes: byteCount(batch.length),
      control: null,
    })),
  };
}

function measure(batches: number): void {
  const groups = Array.from({ length: ITEMS }, (_, index) => groupId(`Qm9vdHN0cmFwVG9waWNJZA:${index}`));
  const attachment = Array.from({ length: batches }, () => batch);
  let encoded = 0;
  let decoded = 0;
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    const builder = new FrameBuilder();
    for (const group of groups)
      builder.add({ kind: 'message', group, message: appendAt(5_000_000 + round, batches) }, attachment);
    const buffers = builder.seal();
    encoded += performance.now() - started;
    bytes = buffers[0]?.length ?? 0;
    const frame = Buffer.concat(buffers);
    const before = performance.now();
    decodeFrame(frame);
    decoded += performance.now() - before;
  }
  const each = (milliseconds: number): string => ((milliseconds * 1000) / (ITEMS * ROUNDS)).toFixed(2);
  console.log(
    `${batches} batches: encode ${each(encoded)} µs, decode ${each(decoded)} µs, ${(bytes / ITEMS).toFixed(0)} header bytes per item`,
  );
}

for (const batches of [0, 1, 4]) measure(batches);
