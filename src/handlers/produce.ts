/**
 * Produce: each partition's one batch goes to its leader here; the answer leaves when all have ended, or when the
 * request's timeout is over (then what still waits is answered 7 and stays in the log).
 */
import { millis } from '../../raft/index.ts';
import type { Acknowledgement, ProduceOutcome } from '../partition/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler, HandlerResult, RequestContext } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { ProduceRequest, ProduceResponse } from '../wire/index.ts';
import { findPartition, findTopic } from './broker-view.ts';
import type { BrokerView, FoundPartition } from './broker-view.ts';
import { currentLeader, leaderEndpoints } from './current-leader.ts';
import type { CurrentLeader } from './current-leader.ts';
import { refusalCode, refusalMessage } from './refusal-code.ts';

type Result = HandlerResult<ProduceResponse>;
type PartitionResponse = ProduceResponse['responses'][number]['partitionResponses'][number];

/** Kafka's admin tools write internal topics under this client id. */
const ADMIN_CLIENT = '__admin_client';

function acknowledgementOf(acks: number): Acknowledgement | null {
  if (acks === -1) return 'all';
  if (acks === 1) return 'leader';
  return acks === 0 ? 'none' : null;
}

function failed(index: number, code: number, message: string | null, leader: CurrentLeader | null): PartitionResponse {
  const currentLeaderField = leader === null ? {} : { currentLeader: leader };
  return { index, errorCode: code, baseOffset: -1, errorMessage: message, ...currentLeaderField };
}

function responseOf(index: number, outcome: ProduceOutcome, found: FoundPartition): PartitionResponse {
  if (outcome.kind === 'acknowledged') {
    const { base, logAppendTime, logStart } = outcome;
    return { index, errorCode: 0, baseOffset: base, logAppendTimeMs: logAppendTime ?? -1, logStartOffset: logStart };
  }
  const leader = outcome.kind === 'not-leader' ? currentLeader(found.record) : null;
  return failed(index, refusalCode(outcome), refusalMessage(outcome), leader);
}

/** Collects the answers of one request; answers once, when all are there or time is over. */
class PendingProduce {
  readonly #broker: BrokerView;
  readonly #responses: (PartitionResponse | null)[][];
  readonly #request: ProduceRequest;
  #missing: number;
  #answer: ((result: Result) => void) | null = null;
  #result: Result | null = null;

  constructor(broker: BrokerView, request: ProduceRequest) {
    this.#broker = broker;
    this.#request = request;
    this.#responses = request.topicData.map(({ partitionData }) => partitionData.map(() => null));
    this.#missing = request.topicData.reduce((sum, { partitionData }) => sum + partitionData.length, 0);
    if (this.#missing === 0) this.#finish();
  }

  settle(topicAt: number, partitionAt: number, response: PartitionResponse): void {
    const row = this.#responses[topicAt];
    if (row === undefined || row[partitionAt] !== null || this.#result !== null) return;
    row[partitionAt] = response;
    this.#missing -= 1;
    if (this.#missing === 0) this.#finish();
  }

  /** Time is over. */
  expire(): void {
    this.#request.topicData.forEach(({ partitionData }, topicAt) =>
      partitionData.forEach(({ index }, partitionAt) =>
        this.settle(topicAt, partitionAt, failed(index, errorCode('REQUEST_TIMED_OUT'), null, null)),
      ),
    );
  }

  result(): Result | Promise<Result> {
    if (this.#result !== null) return this.#result;
    const { clock } = this.#broker;
    return new Promise((resolve) => {
      const timer = clock.setTimer(millis(Math.max(0, this.#request.timeoutMs)), () => this.expire());
      this.#answer = (result) => {
        timer.cancel();
        resolve(result);
      };
    });
  }

  #finish(): void {
    const rows = this.#responses.map((row) => row.filter((response) => response !== null));
    this.#result = this.#request.acks === 0 ? withoutAnswer(rows.flat()) : respond(this.#body(rows));
    this.#answer?.(this.#result);
  }

  #body(rows: readonly (readonly PartitionResponse[])[]): ProduceResponse {
    const leaders = rows.flat().flatMap(({ currentLeader: leader }) => (leader === undefined ? [] : [leader as CurrentLeader]));
    const responses = this.#request.topicData.map(({ name, topicId }, at) => ({ name, topicId, partitionResponses: rows[at] ?? [] }));
    return { responses, nodeEndpoints: leaderEndpoints(this.#broker.image(), leaders) };
  }
}

/** acks=0 has no answer; on any error the connection closes, which is how the client learns of it. */
function withoutAnswer(responses: readonly PartitionResponse[]): Result {
  const bad = responses.find((response) => response.errorCode !== 0);
  if (bad === undefined) return { kind: 'none' };
  return { kind: 'close', reason: `acks=0 produce failed with code ${bad.errorCode}` };
}

export function produceHandler(broker: BrokerView): ApiHandler {
  const handle = (request: ProduceRequest, context: RequestContext): Result | Promise<Result> => {
    const pending = new PendingProduce(broker, request);
    const acks = acknowledgementOf(request.acks);
    request.topicData.forEach((topicData, topicAt) => {
      const topic = findTopic(broker, topicData.name, topicData.topicId, context.version >= 13);
      const unknown = context.version >= 13 ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
      topicData.partitionData.forEach(({ index, records }, partitionAt) => {
        const settle = (response: PartitionResponse): void => pending.settle(topicAt, partitionAt, response);
        const found = findPartition(broker, topic, index);
        if (acks === null) return settle(failed(index, errorCode('INVALID_REQUIRED_ACKS'), `acks is ${request.acks}; allowed are -1, 0 and 1`, null));
        if (topic?.internal === true && context.clientId !== ADMIN_CLIENT) {
          return settle(failed(index, errorCode('INVALID_TOPIC_EXCEPTION'), 'internal topics are written by the cluster only', null));
        }
        if (found === null) return settle(failed(index, errorCode(topic === null ? unknown : 'UNKNOWN_TOPIC_OR_PARTITION'), null, null));
        if (found.hosted === null) return settle(failed(index, errorCode('NOT_LEADER_OR_FOLLOWER'), null, currentLeader(found.record)));
        if (records === null) return settle(failed(index, errorCode('INVALID_RECORD'), 'no records', null));
        const bytes = Buffer.from(records.buffer, records.byteOffset, records.byteLength);
        return found.hosted.produce(bytes, acks, { internal: false, version: context.version }, (outcome) => settle(responseOf(index, outcome, found)));
      });
    });
    return pending.result();
  };
  return apiHandler(API_TABLE.produce, handle, { pipelined: true });
}

