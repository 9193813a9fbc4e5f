/**
 * Random commits, deletions, changes of term and slow logs over a log that is rewritten all the time.
 *
 * C1: what was acknowledged is never lost nor lowered, except by a later commit or deletion. Replaying the log gives
 * the live image, whenever everything is committed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CoordinatorImage } from '../../src/coordinator/coordinator-image.ts';
import { NodeBench } from './node-bench.ts';

const SETTINGS = {
  compactionBytesMin: 1_500,
  compactionFactor: 2,
  rewriteBatchBytes: 100,
  offsetsRetentionMs: Number.MAX_SAFE_INTEGER,
};
const NOTHING = -1;

const opArbitrary = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), group: fc.nat(3), partition: fc.nat(2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), group: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('hold' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('term' as const), keep: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), time: fc.constantFrom(1, 6_000) }) },
);
type Op = typeof opArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** Writes of one key in the order in which they were asked for; those before the last acknowledged one do not matter. */
interface History {
  writes: { readonly value: number; acked: boolean }[];
}

class Run {
  readonly bench = new NodeBench(SETTINGS);
  readonly keys = new Map<string, History>();
  readonly #answers: Promise<unknown>[] = [];
  #next = 0;

  #write(group: number, partition: number, value: number): { acked: boolean } {
    const key = `${group}/${partition}`;
    const history = this.keys.get(key) ?? { writes: [{ value: NOTHING, acked: true }] };
    const write = { value, acked: false };
    history.writes.push(write);
    this.keys.set(key, history);
    return write;
  }

  async apply(op: Op): Promise<void> {
    const { bench } = this;
    switch (op.kind) {
      case 'commit': {
        const value = (this.#next += 1);
        const write = this.#write(op.group, op.partition, value);
        this.#answers.push(
          bench.commit(`g${op.group}`, value, {}, op.partition).then((error) => (write.acked = error === 0)),
        );
        break;
      }
      case 'delete': {
        const writes = [0, 1, 2].map((partition) => this.#write(op.group, partition, NOTHING));
        const answer = bench.ask('deleteGroups', 2, { groupsNames: [`g${op.group}`] });
        this.#answers.push(
          answer.then(({ results }) => {
            for (const write of writes) write.acked = results[0]?.errorCode === 0;
          }),
        );
        break;
      }
      case 'hold':
        bench.log.held = true;
        break;
      case 'flush':
        bench.log.held = false;
        bench.log.commit();
        break;
      case 'term':
        bench.log.held = false;
        await bench.lead(op.keep);
        break;
      case 'pass':
        await bench.clock.advance(op.time);
        break;
    }
    await bench.clock.settle();
  }

  /** Lets everything be answered. */
  async quiet(): Promise<void> {
    this.bench.log.held = false;
    for (let turn = 0; turn < 50; turn += 1) {
      this.bench.log.commit();
      await this.bench.clock.advance(1);
    }
    await Promise.all(this.#answers);
  }

  async checkValues(): Promise<void> {
    for (const [key, { writes }] of this.keys) {
      const [group, partition] = key.split('/').map(Number);
      const lastAcked = writes.findLastIndex(({ acked }) => acked);
      const allowed = writes.slice(lastAcked).map(({ value }) => value);
      expect(allowed, `${key} of ${JSON.stringify(writes)}`).toContain(await this.bench.fetch(`g${group}`, partition));
    }
  }
}

const contents = (image: CoordinatorImage): readonly string[] =>
  image
    .names()
    .map((name) => JSON.stringify([name, image.record(name)]))
    .sort();

function checkReplay(bench: NodeBench): void {
  const replayed = new CoordinatorImage(bench.codec);
  for (const record of bench.log.records()) replayed.apply(record);
  const live = bench.coordinator.partitions()[0]?.image;
  if (live === undefined) throw new Error('leads nothing');
  expect(contents(replayed)).toEqual(contents(live));
  expect(replayed.liveBytes).toBe(live.liveBytes);
}

test('acknowledged offsets survive everything, and the log replays to the live image', async () => {
  let rewritten = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(opArbitrary, { minLength: 20, maxLength: 100, size: 'max' }), async (ops) => {
      const run = new Run();
      await run.bench.lead();
      for (const op of ops) await run.apply(op);
      await run.quiet();
      checkReplay(run.bench);
      await run.checkValues();
      await run.bench.lead(false);
      checkReplay(run.bench);
      await run.checkValues();
      expect(run.bench.log.bytes).toBeLessThan(8_000);
      if (run.bench.log.logStart > 0) rewritten += 1;
    }),
    { seed: 20260101, numRuns: 60 },
  );
  expect(rewritten).toBeGreaterThan(10);
});
