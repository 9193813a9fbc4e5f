/**
 * Asks the transaction coordinator, wherever it is, whether partitions are in a transaction, or to add them (KIP-890).
 *
 * Many questions leave as one AddPartitionsToTxn; no transactional id is in one request twice, because answers are told apart by it.
 */
import type { Millis, NodeId } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { InternalTopic } from '../coordinator-log/index.ts';
import type { BrokerCalls } from '../server/index.ts';
import { addPartitionsToTxn, ERROR_CODES } from '../wire/index.ts';
import type { AddPartitionsToTxnRequest } from '../wire/index.ts';
import { NodeLanes } from './node-lanes.ts';

const VERSION = 5;
/** Transactions in one request. */
const REQUEST_TRANSACTIONS_MAX = 1000;

export interface VerifierOptions {
  readonly calls: BrokerCalls;
  /** `__transaction_state`. */
  readonly topic: InternalTopic;
  readonly timeout: Millis;
  readonly clock: Clock;
}

/** See `TransactionVerifier` of the handlers. */
export interface Verification {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly adds: boolean;
  readonly partitions: readonly { readonly topic: string; readonly index: number }[];
}

interface Asking {
  readonly request: Verification;
  readonly answered: (errors: readonly number[]) => void;
}

type Asked = AddPartitionsToTxnRequest['transactions'][number];

export class RemoteVerifier {
  readonly #options: VerifierOptions;
  readonly #lanes: NodeLanes<Asking>;

  constructor(options: VerifierOptions) {
    this.#options = options;
    this.#lanes = new NodeLanes({
      clock: options.clock,
      send: (node, waiting) => this.#ask(node, takeDistinct(waiting)),
    });
  }

  verify(request: Verification): Promise<readonly number[]> {
    const node = this.#options.topic.leaderOf(request.transactionalId);
    if (node === null) return Promise.resolve(unavailable(request));
    return new Promise((answered) => this.#lanes.push(node, [{ request, answered }]));
  }

  async #ask(node: NodeId, together: readonly Asking[]): Promise<void> {
    const { calls, timeout } = this.#options;
    const transactions = together.map(({ request }) => askedOf(request));
    const answer = await calls.call(node, addPartitionsToTxn, VERSION, { transactions }, timeout);
    for (const { request, answered } of together) {
      const result = answer?.resultsByTransaction.find(
        ({ transactionalId }) => transactionalId === request.transactionalId,
      );
      const errors = new Map<string, number>();
      for (const { name, resultsByPartition } of result?.topicResults ?? [])
        for (const { partitionIndex, partitionErrorCode } of resultsByPartition)
          errors.set(`${partitionIndex}/${name}`, partitionErrorCode);
      const none = ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code;
      answered(request.partitions.map(({ topic, index }) => told(errors.get(`${index}/${topic}`) ?? none)));
    }
  }
}

function unavailable(request: Verification): readonly number[] {
  return request.partitions.map(() => ERROR_CODES.COORDINATOR_NOT_AVAILABLE.code);
}

/** As producers know it: a fenced one is told so by Produce with the code for an old epoch. */
function told(error: number): number {
  return error === ERROR_CODES.PRODUCER_FENCED.code ? ERROR_CODES.INVALID_PRODUCER_EPOCH.code : error;
}

/** Takes those that may leave together out of the line. */
function takeDistinct(waiting: Asking[]): readonly Asking[] {
  const taken = new Map<string, Asking>();
  const later: Asking[] = [];
  for (const asking of waiting.splice(0)) {
    const { transactionalId } = asking.request;
    if (taken.size >= REQUEST_TRANSACTIONS_MAX || taken.has(transactionalId)) later.push(asking);
    else taken.set(transactionalId, asking);
  }
  waiting.push(...later);
  return [...taken.values()];
}

function askedOf({ transactionalId, producerId, producerEpoch, adds, partitions }: Verification): Asked {
  const topics = new Map<string, number[]>();
  for (const { topic, index } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), index]);
  return {
    transactionalId,
    producerId,
    producerEpoch,
    verifyOnly: !adds,
    topics: [...topics].map(([name, indexes]) => ({ name, partitions: indexes })),
  };
}
