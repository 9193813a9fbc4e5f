/**
 * Commits inside and outside of transactions, in any order, with rewrites of the log and changes of term in between: what is
 * fetched is what the order of the log says, and the pending ones are the unstable ones.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NodeBench } from './node-bench.ts';

const PRODUCERS = 3;
const PARTITIONS = 2;

type Op =
  | { readonly kind: 'commit'; readonly partition: number }
  | { readonly kind: 'txn'; readonly partition: number; readonly producer: number }
  | { readonly kind: 'end'; readonly producer: number; readonly committed: boolean }
  | { readonly kind: 'fill'; readonly count: number }
  | { readonly kind: 'lead' };

const opArbitrary: fc.Arbitrary<Op> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('commit' as const), partition: fc.nat(PARTITIONS - 1) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('txn' as const),
      partition: fc.nat(PARTITIONS - 1),
      producer: fc.nat(PRODUCERS - 1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      producer: fc.nat(PRODUCERS - 1),
      committed: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fill' as const), count: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lead' as const) }) },
);

/** Position in the order of writes, and the offset that was committed (the same number). */
interface Written {
  readonly partition: number;
  readonly order: number;
}

class Run {
  readonly bench = new NodeBench({ compactionBytesMin: 1200, compactionFactor: 2, rewriteBatchBytes: 200 });
  readonly #counts = new Map<number, number>();
  readonly #open = new Map<number, Written[]>();
  #order = 0;

  async apply(op: Op): Promise<void> {
    const { bench } = this;
    switch (op.kind) {
      case 'commit':
        this.#order += 1;
        expect(await bench.commit('g', this.#order, {}, op.partition)).toBe(0);
        this.#counts.set(op.partition, this.#order);
        return;
      case 'txn': {
        this.#order += 1;
        const partition = { partitionIndex: op.partition, committedOffset: this.#order, committedMetadata: '' };
        const request = {
          transactionalId: 'x',
          groupId: 'g',
          producerId: op.producer,
          producerEpoch: 0,
          topics: [{ name: 'orders', partitions: [partition] }],
        };
        const answered = bench.ask('txnOffsetCommit', 3, request);
        await bench.clock.advance(0);
        expect((await answered).topics[0]?.partitions[0]?.errorCode).toBe(0);
        const open = this.#open.get(op.producer) ?? [];
        this.#open.set(op.producer, open);
        open.push({ partition: op.partition, order: this.#order });
        return;
      }
      case 'end': {
        const marker = { producerId: op.producer, producerEpoch: 0, committed: op.committed };
        bench.log.appendMarker(marker);
        bench.coordinator.transactionEnded(0, marker);
        await bench.clock.advance(0);
        for (const { partition, order } of op.committed ? (this.#open.get(op.producer) ?? []) : [])
          this.#counts.set(partition, Math.max(order, this.#counts.get(partition) ?? -1));
        this.#open.delete(op.producer);
        return;
      }
      case 'fill':
        for (let index = 0; index < op.count; index += 1) await bench.commit('filler', index);
        return;
      case 'lead':
        await bench.lead();
    }
  }

  async check(): Promise<void> {
    const unstable = new Set([...this.#open.values()].flat().map(({ partition }) => partition));
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      expect(await this.bench.fetch('g', partition)).toBe(this.#counts.get(partition) ?? -1);
      const groups = [{ groupId: 'g', topics: [{ name: 'orders', partitionIndexes: [partition] }] }];
      const answered = this.bench.ask('offsetFetch', 8, { groups, requireStable: true });
      await this.bench.clock.advance(0);
      const found = (await answered).groups[0]?.topics[0]?.partitions[0];
      expect(found?.errorCode).toBe(unstable.has(partition) ? 88 : 0);
    }
  }
}

describe('offsets in transactions', () => {
  test('are what the order of the log says, whatever happens to the log', async () => {
    let rewritten = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(opArbitrary, { minLength: 5, maxLength: 60 }), async (ops) => {
        const run = new Run();
        await run.bench.lead();
        for (const op of ops) await run.apply(op);
        await run.check();
        await run.bench.lead();
        await run.check();
        if (run.bench.log.logStart > 0) rewritten += 1;
      }),
      { seed: 20260117, numRuns: 150 },
    );
    expect(rewritten).toBeGreaterThan(10);
  });
});
