/**
 * A node's transaction coordinator with a memory log under it and a hand-made metadata image around it; markers wait until the
 * test says that they are written.
 */
import { TransactionCoordinator } from '../../src/transactions/index.ts';
import { DEFAULT_TRANSACTION_SETTINGS } from '../../src/transactions/settings.ts';
import type { TransactionSettings } from '../../src/transactions/settings.ts';
import type { MarkerJob } from '../../src/transactions/marker-job.ts';
import type { Transaction } from '../../src/transactions/transaction.ts';
import {
  addOffsetsToTxn,
  addPartitionsForLeaders,
  addPartitionsToTxn,
  endTxn,
  initTransactions,
} from '../../src/transactions/requests.ts';
import { MemoryLog } from '../coordinator/memory-log.ts';
import { image, SILENT, topic, topicId } from '../coordinator/node-bench.ts';
import { TestClock } from '../coordinator/test-clock.ts';

export interface Identity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export class TransactionBench {
  readonly clock = new TestClock();
  readonly log = new MemoryLog(this.clock);
  readonly coordinator: TransactionCoordinator;
  readonly jobs: MarkerJob[] = [];
  image = image([
    topic('__transaction_state', topicId(0), [1]),
    topic('t', topicId(1), [1, 1, 1]),
    topic('__consumer_offsets', topicId(2), [1]),
  ]);
  /** Next id to be given out; null: the controller is away. */
  nextId: number | null = 100;

  constructor(settings: Partial<TransactionSettings> = {}) {
    this.coordinator = new TransactionCoordinator({
      settings: { ...DEFAULT_TRANSACTION_SETTINGS, endingWaitMs: 0, ...settings },
      clock: this.clock,
      sink: SILENT,
      image: () => this.image,
      ensureTopic: () => undefined,
      markers: { send: (job) => void this.jobs.push(job) },
      freshProducerId: () => {
        const id = this.nextId;
        if (id !== null) this.nextId = id + 1;
        return Promise.resolve(id);
      },
    });
  }

  /** This node leads in a new term and has loaded. */
  async lead(keep = true): Promise<void> {
    const log = this.log.lead(keep);
    this.log.commit();
    this.coordinator.lead(log);
    for (let turn = 0; turn < 1000 && this.coordinator.partitions()[0]?.unavailable() === 14; turn += 1)
      await this.clock.settle();
  }

  /** All markers that wait are written. */
  async written(): Promise<void> {
    for (const job of this.jobs.splice(0)) if (job.active()) job.done();
    await this.clock.advance(0);
  }

  /** Lets what was begun come to its answer. */
  async answer<T>(promise: Promise<T>): Promise<T> {
    await this.clock.advance(0);
    return promise;
  }

  state(id = 'pay'): Transaction | null {
    return this.coordinator.partitions()[0]?.image.known(id).transaction ?? null;
  }

  async init(
    id = 'pay',
    version = 4,
    more: { timeoutMs?: number; producerId?: number; producerEpoch?: number } = {},
  ): Promise<Identity & { errorCode: number }> {
    const { timeoutMs: transactionTimeoutMs = 60_000, producerId = -1, producerEpoch = -1 } = more;
    const request = {
      transactionalId: id,
      transactionTimeoutMs,
      producerId,
      producerEpoch,
      enable2Pc: false,
      keepPreparedTxn: false,
    };
    const answered = await this.answer(initTransactions(this.coordinator, id, request, version));
    return {
      errorCode: answered.errorCode,
      producerId: answered.producerId ?? -1,
      producerEpoch: answered.producerEpoch,
    };
  }

  async add(
    producer: Identity,
    partitions: readonly number[] = [0],
    version = 3,
    id = 'pay',
  ): Promise<readonly number[]> {
    const request = {
      transactions: [],
      v3AndBelowTransactionalId: id,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: 't', partitions }],
    };
    const answered = await this.answer(addPartitionsToTxn(this.coordinator, request, version));
    return (answered.resultsByTopicV3AndBelow ?? []).flatMap(({ resultsByPartition }) =>
      resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode),
    );
  }

  async leader(
    producer: Identity,
    verifyOnly: boolean,
    partitions: readonly number[] = [0],
  ): Promise<readonly number[]> {
    const topics = [{ name: 't', partitions }];
    const request = {
      transactions: [{ transactionalId: 'pay', ...producer, verifyOnly, topics }],
      v3AndBelowTransactionalId: '',
      v3AndBelowProducerId: -1,
      v3AndBelowProducerEpoch: -1,
      v3AndBelowTopics: [],
    };
    const answered = await this.answer(addPartitionsForLeaders(this.coordinator, request, 5));
    return (answered.resultsByTransaction ?? []).flatMap(({ topicResults }) =>
      topicResults.flatMap(({ resultsByPartition }) => resultsByPartition.map((each) => each.partitionErrorCode)),
    );
  }

  async addOffsets(producer: Identity, version = 3): Promise<number> {
    const request = { transactionalId: 'pay', ...producer, groupId: 'g' };
    const place = { topic: '__consumer_offsets', index: 0 };
    return (await this.answer(addOffsetsToTxn(this.coordinator, request, version, () => place))).errorCode;
  }

  async end(
    producer: Identity,
    committed: boolean,
    version = 3,
    id = 'pay',
  ): Promise<Identity & { readonly errorCode: number }> {
    const request = { transactionalId: id, ...producer, committed };
    const answered = await this.answer(endTxn(this.coordinator, request, version));
    const { errorCode, producerId = -1, producerEpoch = -1 } = answered;
    return { errorCode, producerId, producerEpoch };
  }
}
