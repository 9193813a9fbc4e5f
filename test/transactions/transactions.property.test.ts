/**
 * Two producers of one transactional id, in both versions of transactions, with commits that are held up or refused, markers that take
 * their time, timeouts, and changes of term that keep or lose what was not committed. What must hold:
 *
 *   the log goes from state to state as the table allows, no epoch comes back, partitions only join
 *   a marker is sent for what is committed, and one transaction never gets markers of both kinds
 *   who was told that its transaction is committed finds it so in the log
 *   who was replaced is never told success again
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTransactionRecord } from '../../src/transactions/transaction-record.ts';
import { includes, includesAll } from '../../src/transactions/transaction.ts';
import type { Transaction, TransactionStatus } from '../../src/transactions/transaction.ts';
import { WireCodec } from '../../src/wire/index.ts';
import { TransactionBench } from './transaction-bench.ts';
import type { Identity } from './transaction-bench.ts';

const NEXT: Readonly<Record<TransactionStatus, readonly TransactionStatus[]>> = {
  Empty: ['Empty', 'Ongoing', 'PrepareAbort'],
  Ongoing: ['Ongoing', 'PrepareCommit', 'PrepareAbort'],
  PrepareCommit: ['CompleteCommit'],
  PrepareAbort: ['CompleteAbort'],
  CompleteCommit: ['Empty', 'Ongoing', 'PrepareAbort'],
  CompleteAbort: ['Empty', 'Ongoing', 'PrepareAbort'],
  Dead: [],
  PrepareEpochFence: [],
};

type Op =
  | { readonly kind: 'init'; readonly client: number; readonly knows: boolean }
  | { readonly kind: 'add'; readonly client: number; readonly partition: number }
  | { readonly kind: 'end'; readonly client: number; readonly committed: boolean }
  | { readonly kind: 'hold'; readonly held: boolean }
  | { readonly kind: 'refuse'; readonly refused: boolean }
  | { readonly kind: 'markers' }
  | { readonly kind: 'lead'; readonly keep: boolean }
  | { readonly kind: 'pass'; readonly time: number };

const client = fc.nat(1);
const opArbitrary: fc.Arbitrary<Op> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('init' as const), client, knows: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), client, partition: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('end' as const), client, committed: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hold' as const), held: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('refuse' as const), refused: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('markers' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lead' as const), keep: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), time: fc.constantFrom(1, 6_000, 70_000) }),
  },
);

const codec = new WireCodec();

class Run {
  readonly bench = new TransactionBench();
  readonly #versions: readonly (1 | 2)[];
  readonly #identities: (Identity | null)[] = [null, null];
  /** Who was given the last epoch by InitProducerId. */
  #owner = -1;
  readonly #told: { readonly identity: Identity; readonly committed: boolean }[] = [];

  readonly #violations: unknown[] = [];

  constructor(versions: readonly (1 | 2)[]) {
    this.#versions = versions;
  }

  async apply(op: Op): Promise<void> {
    const { bench } = this;
    switch (op.kind) {
      case 'init':
        this.#watch(this.#init(op.client, op.knows));
        break;
      case 'add':
        this.#watch(this.#add(op.client, op.partition));
        break;
      case 'end':
        this.#watch(this.#end(op.client, op.committed));
        break;
      case 'hold':
        bench.log.held = op.held;
        if (!op.held) bench.log.commit();
        break;
      case 'refuse':
        bench.log.refuse = op.refused ? 'not-enough-replicas' : null;
        break;
      case 'markers':
        this.#judgeJobs();
        await bench.written();
        break;
      case 'lead':
        await bench.lead(op.keep);
        break;
      case 'pass':
        await bench.clock.advance(op.time);
    }
    // Requests let time run as well: all that can be answered now is answered before the next one.
    for (let turn = 0; turn < 4; turn += 1) await bench.clock.advance(0);
    this.#judgeJobs();
    const [violation] = this.#violations;
    if (violation !== undefined) throw new Error('a request shows it', { cause: violation });
  }

  /** What a request shows to be wrong is told when it shows. */
  #watch(request: Promise<void>): void {
    request.then(
      () => undefined,
      (error: unknown) => this.#violations.push(error),
    );
  }

  async #init(index: number, knows: boolean): Promise<void> {
    const identity = this.#identities[index] ?? null;
    const owned = this.#owner;
    const expected = knows && identity !== null ? identity : {};
    const { errorCode, ...given } = await this.bench.init('pay', 4, expected);
    if (errorCode !== 0) return;
    if (owned !== index && owned >= 0 && knows && identity !== null)
      throw new Error(`client ${index} was replaced, and went on as ${given.producerId}/${given.producerEpoch}`);
    this.#identities[index] = given;
    this.#owner = index;
  }

  async #add(index: number, partition: number): Promise<void> {
    const identity = this.#identities[index] ?? null;
    if (identity === null) return;
    const wasOwner = this.#owner === index;
    const [error = -1] =
      this.#versions[index] === 1
        ? await this.bench.add(identity, [partition])
        : await this.bench.leader(identity, false, [partition]);
    if (error !== 0) return;
    expect(wasOwner, `client ${index} was replaced, and added a partition`).toBe(true);
    const isCommitted = this.history(true).some(
      ({ status, partitions, ...of }) =>
        status === 'Ongoing' &&
        includes(partitions, 't', partition) &&
        of.producerId === identity.producerId &&
        of.producerEpoch === identity.producerEpoch,
    );
    expect(isCommitted, `partition ${partition} was added, and that is not committed`).toBe(true);
  }

  async #end(index: number, committed: boolean): Promise<void> {
    const identity = this.#identities[index] ?? null;
    if (identity === null) return;
    const wasOwner = this.#owner === index;
    const version = this.#versions[index] === 1 ? 4 : 5;
    const { errorCode, ...given } = await this.bench.end(identity, committed, version);
    if (errorCode !== 0) return;
    expect(wasOwner, `client ${index} was replaced, and ended a transaction`).toBe(true);
    this.#told.push({ identity, committed });
    if (version === 5 && this.#identities[index] === identity) this.#identities[index] = given;
  }

  /** Transitions in the log, up to the high watermark or to its end. */
  history(committedOnly: boolean): readonly Transaction[] {
    const { log } = this.bench;
    const batches = log.batches.filter(({ end }) => !committedOnly || end <= log.highWatermark);
    return batches
      .flatMap(({ records }) => records)
      .map((record) => {
        const decoded = decodeTransactionRecord(codec, record);
        if (decoded.kind !== 'transaction' || decoded.value === null)
          throw new Error(`a record that is ${decoded.kind}`);
        return decoded.value;
      });
  }

  #judgeJobs(): void {
    const last = this.history(true).at(-1);
    for (const job of this.bench.jobs) {
      if (!job.active()) continue;
      expect(last).toMatchObject({
        status: job.marker.committed ? 'PrepareCommit' : 'PrepareAbort',
        producerId: job.marker.producerId,
        producerEpoch: job.marker.producerEpoch,
        partitions: job.partitions,
      });
    }
  }

  judge(): void {
    const history = this.history(false);
    for (const [at, next] of history.entries()) {
      const before = history[at - 1];
      if (before === undefined) {
        expect(next).toMatchObject({ status: 'Empty', producerEpoch: 0 });
        continue;
      }
      expect(NEXT[before.status], `${before.status} → ${next.status}`).toContain(next.status);
      if (next.producerId === before.producerId)
        expect(next.producerEpoch).toBeGreaterThanOrEqual(before.producerEpoch);
      if (before.status === 'Ongoing') expect(includesAll(next.partitions, before.partitions)).toBe(true);
      if (next.status === 'Empty' || next.status.startsWith('Complete')) expect(next.partitions.size).toBe(0);
    }
    for (const { identity, committed } of this.#told) {
      const ended = history.some(
        ({ status, producerId, producerEpoch }) =>
          status === (committed ? 'PrepareCommit' : 'PrepareAbort') &&
          producerId === identity.producerId &&
          (producerEpoch === identity.producerEpoch || producerEpoch === identity.producerEpoch + 1),
      );
      expect(ended, `${JSON.stringify(identity)} was told ${committed ? 'committed' : 'aborted'}`).toBe(true);
    }
  }
}

describe('transactions of one id', () => {
  test.each([
    [1, 1],
    [2, 2],
    [1, 2],
  ] as const)('end one way, in order, and by their owner (TV%i and TV%i)', async (first, second) => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(opArbitrary, { minLength: 10, maxLength: 80 }), async (ops) => {
        const run = new Run([first, second]);
        await run.bench.lead();
        for (const op of ops) await run.apply(op);
        run.judge();
        for (const { status } of run.history(false)) seen.add(status);
      }),
      { seed: 20260118, numRuns: 120 },
    );
    expect([...seen].toSorted()).toEqual([
      'CompleteAbort',
      'CompleteCommit',
      'Empty',
      'Ongoing',
      'PrepareAbort',
      'PrepareCommit',
    ]);
  });
});
