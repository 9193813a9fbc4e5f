/**
 * The requests of one transactional producer: to the coordinator of its id, to the coordinators of groups, each again and again
 * until it is answered for good or its time is over.
 *
 * ```
 *  ask ─▶ find the coordinator ─▶ request ─▶ 0 | refused for good      51, 14, 15, 16, no answer: a pause, find it again
 * ```
 */
import { API_TABLE } from '../wire/index.ts';
import type { ApiSchema, Decoded, Encodable } from '../wire/index.ts';
import { ClientError, refuseUnlessOk } from './client-error.ts';
import { findCoordinator } from './find-coordinator.ts';
import type { KafkaClient } from './kafka-client.ts';
import type { ProducerIdentity } from './producer-batch.ts';

/** What a group has read up to, to be committed with a transaction. */
export interface GroupOffsets {
  readonly group: string;
  /** Absent: nobody is asked whether the member may. */
  readonly member?: { readonly id: string; readonly generation: number; readonly instance?: string };
  readonly offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[];
}

const NO_MEMBER = { id: '', generation: -1 };

export class TransactionCalls {
  readonly #client: KafkaClient;
  readonly #transactionalId: string;
  readonly #timeoutMs: number;
  /** Of the transactional id; null: to be found. */
  #coordinator: number | null = null;
  /** Something was asked more than once: the first question may still arrive, whenever that is. Set back by who asks. */
  repeated = false;

  constructor(client: KafkaClient, transactionalId: string, timeoutMs: number) {
    this.#client = client;
    this.#transactionalId = transactionalId;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * A new life of the producer; all earlier ones are fenced.
   *
   * @param current goes on with the identity that it has, or fails when somebody else took over (KIP-360); null: takes over
   */
  init(transactionTimeoutMs: number, current: ProducerIdentity | null): Promise<ProducerIdentity> {
    return this.#retry(async () => {
      const answer = await this.#ask(API_TABLE.initProducerId.schema, {
        transactionalId: this.#transactionalId,
        transactionTimeoutMs,
        ...(current === null ? {} : { producerId: current.id, producerEpoch: current.epoch }),
      });
      refuseUnlessOk(answer.errorCode, `a life of ${this.#transactionalId}`);
      return { id: answer.producerId, epoch: answer.producerEpoch };
    });
  }

  /** Whether the coordinator ends transactions in a new epoch, and leaders add partitions to them (TV2, KIP-890). */
  bumpsEpochs(): Promise<boolean> {
    return this.#retry(async () => {
      const link = await this.#client.link(await this.#find());
      return (link.version(API_TABLE.endTxn.schema) ?? 0) >= 5;
    });
  }

  /** Makes a partition part of the transaction, where its leader does not. */
  addPartition(producer: ProducerIdentity, topic: string, partition: number): Promise<void> {
    return this.#retry(async () => {
      const answer = await this.#ask(API_TABLE.addPartitionsToTxn.schema, {
        v3AndBelowTransactionalId: this.#transactionalId,
        v3AndBelowProducerId: producer.id,
        v3AndBelowProducerEpoch: producer.epoch,
        v3AndBelowTopics: [{ name: topic, partitions: [partition] }],
      });
      for (const { resultsByPartition } of answer.resultsByTopicV3AndBelow)
        for (const { partitionErrorCode } of resultsByPartition)
          refuseUnlessOk(partitionErrorCode, `${topic}-${partition} in a transaction of ${this.#transactionalId}`);
    });
  }

  /** Makes the offsets of a group part of the transaction, where the group's coordinator does not. */
  addGroup({ id: producerId, epoch: producerEpoch }: ProducerIdentity, groupId: string): Promise<void> {
    const transactionalId = this.#transactionalId;
    return this.#retry(async () => {
      const body = { transactionalId, producerId, producerEpoch, groupId };
      const answer = await this.#ask(API_TABLE.addOffsetsToTxn.schema, body);
      refuseUnlessOk(answer.errorCode, `group ${groupId} in a transaction of ${transactionalId}`);
    });
  }

  /** Resolves when the offsets are part of the transaction. */
  commitOffsets(producer: ProducerIdentity, { group, member = NO_MEMBER, offsets }: GroupOffsets): Promise<void> {
    const topics = [...new Set(offsets.map(({ topic }) => topic))].map((name) => ({
      name,
      partitions: offsets
        .filter(({ topic }) => topic === name)
        .map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedMetadata: null,
        })),
    }));
    return this.#retry(async () => {
      const node = await findCoordinator(this.#client, 'group', group);
      const answer = await this.#client.on(node, API_TABLE.txnOffsetCommit.schema, {
        transactionalId: this.#transactionalId,
        groupId: group,
        producerId: producer.id,
        producerEpoch: producer.epoch,
        generationId: member.generation,
        memberId: member.id,
        groupInstanceId: member.instance ?? null,
        topics,
      });
      for (const { name, partitions } of answer.topics)
        for (const { partitionIndex, errorCode } of partitions)
          refuseUnlessOk(errorCode, `offset of group ${group} in ${name}-${partitionIndex}`);
    });
  }

  /** To the identity of the next transaction. */
  end(producer: ProducerIdentity, committed: boolean): Promise<ProducerIdentity> {
    return this.#retry(async () => {
      const answer = await this.#ask(API_TABLE.endTxn.schema, {
        transactionalId: this.#transactionalId,
        producerId: producer.id,
        producerEpoch: producer.epoch,
        committed,
      });
      refuseUnlessOk(answer.errorCode, `${committed ? 'commit' : 'abort'} of ${this.#transactionalId}`);
      return answer.producerId < 0 ? producer : { id: answer.producerId, epoch: answer.producerEpoch };
    });
  }

  /** To the offset of the first record; null: the broker knows the batch, and not its place any more. */
  produce(topic: string, partition: number, records: Uint8Array): Promise<number | null> {
    const { requestTimeoutMs: timeoutMs } = this.#client;
    return this.#retry(async () => {
      const leader = this.#client.leaderOf(topic, partition)?.leader ?? (await this.#leader(topic, partition));
      try {
        const answer = await this.#client.on(
          leader,
          API_TABLE.produce.schema,
          {
            transactionalId: this.#transactionalId,
            acks: -1,
            timeoutMs,
            topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
          },
          timeoutMs + 1000,
        );
        const found = answer.responses[0]?.partitionResponses[0];
        if (found === undefined) throw new ClientError('protocol', 'an answer without this partition');
        refuseUnlessOk(found.errorCode, `produce to ${topic}-${partition}`, found.errorMessage);
        return found.baseOffset < 0 ? null : found.baseOffset;
      } catch (error) {
        if (error instanceof ClientError && error.retriable) await this.#client.refresh([topic], { avoid: leader });
        throw error;
      }
    });
  }

  async #leader(topic: string, partition: number): Promise<number> {
    await this.#client.refresh([topic]);
    const known = this.#client.leaderOf(topic, partition);
    if (known === null) refuseUnlessOk(5, `leader of ${topic}-${partition}`);
    return known?.leader ?? -1;
  }

  #retry<T>(work: () => Promise<T>): Promise<T> {
    let isFirst = true;
    return this.#client.retry(() => {
      if (!isFirst) this.repeated = true;
      isFirst = false;
      return work();
    }, this.#timeoutMs);
  }

  async #ask<Api extends ApiSchema>(api: Api, body: Encodable<Api['request']>): Promise<Decoded<Api['response']>> {
    const node = await this.#find();
    // Found again with the next request, unless this one ends well.
    this.#coordinator = null;
    const answer = await this.#client.on(node, api, body);
    const { errorCode } = answer as { readonly errorCode?: number };
    if (errorCode === 0) this.#coordinator = node;
    return answer;
  }

  async #find(): Promise<number> {
    this.#coordinator ??= await findCoordinator(this.#client, 'transaction', this.#transactionalId);
    return this.#coordinator;
  }
}
