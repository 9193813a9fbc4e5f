/**
 * Produce: each partition's one batch goes to its leader here; the answer leaves when all have ended, or when the
 * request's timeout is over (then what still waits is answered 7 and stays in the log).
 *
 * Batches are appended while the handler runs, in the order of the request, so requests that are handled one after the
 * other are appended one after the other; only what begins a transaction waits until its coordinator has confirmed it, and what
 * the same producer sent after it. What waits for an acknowledgement holds the answer, never the request's bytes.
 */
import { millis } from '../../raft/index.ts';
import type { Topic } from '../metadata/index.ts';
import type { Acknowledgement, BatchOrigin, Partition, ProduceOutcome } from '../partition/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler, HandlerResult, RequestContext } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { ProduceRequest, ProduceResponse } from '../wire/index.ts';
import { findPartition, findTopic } from './broker-view.ts';
import type { BrokerView } from './broker-view.ts';
import { currentLeader, leaderEndpoints } from './current-leader.ts';
import type { CurrentLeader } from './current-leader.ts';
import { ProduceVerification } from './produce-verification.ts';
import { refusalCode, refusalMessage, refusedRecords } from './refusal-code.ts';
import { NO_COORDINATOR } from './transaction-verifier.ts';
import type { TransactionVerifier } from './transaction-verifier.ts';

type Result = HandlerResult<ProduceResponse>;
type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number];

/** A leader's own disk has at least this long, whatever the client's timeout, which is meant for followers. */
const DISK_MS = 30_000;

/** In a record batch: the low byte of its attributes. */
const ATTRIBUTES_AT = 22;
const TRANSACTIONAL_BIT = 0x10;

/** Kafka's admin tools write internal topics under this client id. */
const ADMIN_CLIENT = '__admin_client';

function acknowledgementOf(acks: number): Acknowledgement | null {
  if (acks === -1) return 'all';
  if (acks === 1) return 'leader';
  return acks === 0 ? 'none' : null;
}

interface Asked {
  readonly index: number;
  readonly records: Uint8Array | null;
}

function failed(index: number, code: number, message: string | null = null): PartitionResponse {
  return { index, errorCode: code, baseOffset: -1, errorMessage: message };
}

/** The leader as it is known when the answer is made: the request may have outlived the one it was sent to. */
function leaderNow(broker: BrokerView, topicId: string, index: number): { readonly currentLeader?: CurrentLeader } {
  const record = broker.image().topicsById.get(topicId)?.partitions[index];
  return record === undefined ? {} : { currentLeader: currentLeader(record) };
}

function responseOf(broker: BrokerView, index: number, outcome: ProduceOutcome, topicId: string): PartitionResponse {
  if (outcome.kind === 'acknowledged') {
    const { base, logAppendTime, logStart } = outcome;
    return { index, errorCode: 0, baseOffset: base, logAppendTimeMs: logAppendTime ?? -1, logStartOffset: logStart };
  }
  const recordErrors = refusedRecords(outcome).map((batchIndex) => ({
    batchIndex,
    batchIndexErrorMessage: refusalMessage(outcome),
  }));
  const leader = outcome.kind === 'not-leader' ? leaderNow(broker, topicId, index) : {};
  return { ...failed(index, refusalCode(outcome), refusalMessage(outcome)), recordErrors, ...leader };
}

interface TopicAnswer {
  readonly name: string;
  readonly topicId: string;
  readonly indexes: readonly number[];
  readonly responses: (PartitionResponse | null)[];
}

/** Collects the answers of one request; answers once, when all are there or time is over. */
class PendingProduce {
  readonly #broker: BrokerView;
  readonly #acks: number;
  readonly #waitMs: number;
  readonly #topics: readonly TopicAnswer[];
  #missing = 0;
  #answer: ((result: Result) => void) | null = null;
  #result: Result | null = null;

  constructor(broker: BrokerView, request: ProduceRequest) {
    this.#broker = broker;
    this.#acks = request.acks;
    this.#waitMs = Math.max(request.acks === -1 ? 0 : DISK_MS, request.timeoutMs);
    this.#topics = request.topicData.map(({ name, topicId, partitionData }) => {
      this.#missing += partitionData.length;
      return {
        name,
        topicId,
        indexes: partitionData.map(({ index }) => index),
        responses: partitionData.map(() => null),
      };
    });
    if (this.#missing === 0) this.#finish();
  }

  settle(topicAt: number, partitionAt: number, response: PartitionResponse): void {
    const topic = this.#topics[topicAt];
    if (topic === undefined || topic.responses[partitionAt] !== null || this.#result !== null) return;
    topic.responses[partitionAt] = response;
    this.#missing -= 1;
    if (this.#missing === 0) this.#finish();
  }

  result(): Result | Promise<Result> {
    if (this.#result !== null) return this.#result;
    return new Promise((resolve) => {
      const timer = this.#broker.clock.setTimer(millis(this.#waitMs), () => this.#expire());
      this.#answer = (result) => {
        timer.cancel();
        resolve(result);
      };
    });
  }

  /** Time is over. */
  #expire(): void {
    this.#topics.forEach(({ indexes }, topicAt) =>
      indexes.forEach((index, partitionAt) =>
        this.settle(topicAt, partitionAt, failed(index, errorCode('REQUEST_TIMED_OUT'))),
      ),
    );
  }

  #finish(): void {
    const rows = this.#topics.map(({ responses }) => responses.filter((response) => response !== null));
    this.#result = this.#acks === 0 ? withoutAnswer(rows.flat()) : respond(this.#body(rows));
    this.#answer?.(this.#result);
  }

  #body(rows: readonly (readonly PartitionResponse[])[]): ProduceResponse {
    const leaders = rows
      .flat()
      .flatMap(({ currentLeader: leader }) => (leader === undefined ? [] : [leader as CurrentLeader]));
    const responses = this.#topics.map(({ name, topicId }, at) => ({
      name,
      topicId,
      partitionResponses: rows[at] ?? [],
    }));
    return { responses, nodeEndpoints: leaderEndpoints(this.#broker.image(), leaders) };
  }
}

/** acks=0 has no answer; on any error the connection closes, which is how the client learns of it. */
function withoutAnswer(responses: readonly PartitionResponse[]): Result {
  const bad = responses.find((response) => response.errorCode !== 0);
  if (bad === undefined) return { kind: 'none' };
  return { kind: 'close', reason: `acks=0 produce failed with code ${bad.errorCode}` };
}

type Target =
  | { readonly kind: 'partition'; readonly partition: Partition; readonly topic: Topic }
  | { readonly kind: 'failed'; readonly response: PartitionResponse };

/** Where the batch goes, or why it goes nowhere. */
function targetOf(broker: BrokerView, topic: Topic | null, asked: Asked, context: RequestContext): Target {
  const { index } = asked;
  const refuse = (response: PartitionResponse): Target => ({ kind: 'failed', response });
  if (topic === null)
    return refuse(failed(index, errorCode(context.version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION')));
  if (topic.internal && context.clientId !== ADMIN_CLIENT) {
    return refuse(
      failed(index, errorCode('INVALID_TOPIC_EXCEPTION'), 'internal topics are written by the cluster only'),
    );
  }
  const found = findPartition(broker, topic, index);
  if (found === null) return refuse(failed(index, errorCode('UNKNOWN_TOPIC_OR_PARTITION')));
  if (found.hosted === null)
    return refuse({ ...failed(index, errorCode('NOT_LEADER_OR_FOLLOWER')), ...leaderNow(broker, topic.id, index) });
  return { kind: 'partition', partition: found.hosted, topic };
}

/** Whether the batch says that it is part of a transaction; whether it is a batch at all is found out later. */
function isTransactional(records: Uint8Array | null): boolean {
  return records !== null && ((records[ATTRIBUTES_AT] ?? 0) & TRANSACTIONAL_BIT) !== 0;
}

/** Transactional batches without a transactional id: nothing is appended. As Kafka: who may write for no id may not write them. */
function isNameless({ transactionalId, topicData }: ProduceRequest): boolean {
  if (transactionalId !== null) return false;
  return topicData.some(({ partitionData }) => partitionData.some(({ records }) => isTransactional(records)));
}

/** Why nothing of the request may be appended; null: it may be. */
function refusedWhole(request: ProduceRequest): ((index: number) => PartitionResponse) | null {
  if (acknowledgementOf(request.acks) === null) {
    const message = `acks is ${request.acks}; allowed are -1, 0 and 1`;
    return (index) => failed(index, errorCode('INVALID_REQUIRED_ACKS'), message);
  }
  if (!isNameless(request)) return null;
  const message = 'a transactional batch without a transactional id';
  return (index) => failed(index, errorCode('TRANSACTIONAL_ID_AUTHORIZATION_FAILED'), message);
}

export function produceHandler(broker: BrokerView, verifier: TransactionVerifier = NO_COORDINATOR): ApiHandler {
  const produceOne = (
    topic: Topic | null,
    asked: Asked,
    acks: Acknowledgement,
    context: RequestContext,
    verification: ProduceVerification | null,
    settle: (response: PartitionResponse) => void,
  ): void => {
    const { index, records } = asked;
    const target = targetOf(broker, topic, asked, context);
    if (target.kind === 'failed') return settle(target.response);
    if (records === null) return settle(failed(index, errorCode('INVALID_RECORD'), 'no records'));
    const bytes = Buffer.from(records.buffer, records.byteOffset, records.byteLength);
    const { partition } = target;
    const { id: topicId, name } = target.topic;
    const { version } = context;
    const origin: BatchOrigin =
      verification !== null && isTransactional(records)
        ? { internal: false, version, verify: verification.of(name, index) }
        : { internal: false, version };
    partition.produce(bytes, acks, origin, (outcome) => settle(responseOf(broker, index, outcome, topicId)));
  };
  const handle = (request: ProduceRequest, context: RequestContext): Result | Promise<Result> => {
    const pending = new PendingProduce(broker, request);
    const acks = acknowledgementOf(request.acks) ?? 'none';
    const refused = refusedWhole(request);
    const { transactionalId } = request;
    const verification =
      transactionalId === null
        ? null
        : new ProduceVerification(verifier, broker.clock, transactionalId, context.version);
    request.topicData.forEach(({ name, topicId, partitionData }, topicAt) => {
      const topic = findTopic(broker, name, topicId, context.version >= 13);
      partitionData.forEach((asked, partitionAt) => {
        const settle = (response: PartitionResponse): void => pending.settle(topicAt, partitionAt, response);
        if (refused !== null) settle(refused(asked.index));
        else produceOne(topic, asked, acks, context, verification, settle);
      });
    });
    verification?.flush();
    return pending.result();
  };
  return apiHandler(API_TABLE.produce, handle, { pipelined: true });
}
