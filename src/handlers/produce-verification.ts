/**
 * The transactions that one Produce request begins in its partitions, verified with the coordinator: those that are asked for
 * while the request is taken in go in one call per producer, later ones as they come (KIP-890).
 *
 * ```
 *  partition ─ask─▶ gathered ─flush─▶ TransactionVerifier ─▶ code ─by version─▶ refusal | null
 * ```
 * | the coordinator says            | Produce ≤ 10      | 11                    | ≥ 12 (the coordinator adds the partition) |
 * |---------------------------------|-------------------|-----------------------|-------------------------------------------|
 * | not part of the transaction     | INVALID_TXN_STATE | TRANSACTION_ABORTABLE | TRANSACTION_ABORTABLE                     |
 * | transaction is being ended      | NOT_ENOUGH_REPLICAS                       || asked again for a while, then CONCURRENT_TRANSACTIONS |
 * | nobody is there, or it is loading | NOT_ENOUGH_REPLICAS: old clients repeat the request without looking for another leader     |||
 * | a newer producer is there       | INVALID_PRODUCER_EPOCH: PRODUCER_FENCED is no answer to a produce                            |||
 */
import { millis } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import { TV2_SINCE } from '../partition/index.ts';
import type { PartitionRefusal, SequencedBatch, VerifyTransaction } from '../partition/index.ts';
import { errorCode, errorName } from '../wire/index.ts';
import type { TransactionVerifier } from './transaction-verifier.ts';

/** Between two questions about a transaction whose predecessor is just being ended, and for how long (as Kafka). */
const RETRY_MS = millis(20);
const RETRIES_MAX = 5;
/** First Produce version whose clients know TRANSACTION_ABORTABLE. */
const ABORTABLE_SINCE = 11;

const INVALID_TXN_STATE = errorCode('INVALID_TXN_STATE');
const TRANSACTION_ABORTABLE = errorCode('TRANSACTION_ABORTABLE');
const CONCURRENT_TRANSACTIONS = errorCode('CONCURRENT_TRANSACTIONS');
const COORDINATOR_TROUBLE: ReadonlySet<number> = new Set([
  errorCode('NETWORK_EXCEPTION'),
  errorCode('COORDINATOR_LOAD_IN_PROGRESS'),
  errorCode('COORDINATOR_NOT_AVAILABLE'),
  errorCode('NOT_COORDINATOR'),
]);

interface Asking {
  readonly producer: SequencedBatch;
  readonly topic: string;
  readonly index: number;
  readonly answer: (refusal: PartitionRefusal | null) => void;
}

/** One for each request that names a transactional id. */
export class ProduceVerification {
  readonly #verifier: TransactionVerifier;
  readonly #clock: Clock;
  readonly #transactionalId: string;
  readonly #version: number;
  #gathering: Asking[] | null = [];

  /** @param version of the Produce request */
  constructor(verifier: TransactionVerifier, clock: Clock, transactionalId: string, version: number) {
    this.#verifier = verifier;
    this.#clock = clock;
    this.#transactionalId = transactionalId;
    this.#version = version;
  }

  /** How one partition has the first batch of a transaction verified. */
  of(topic: string, index: number): VerifyTransaction {
    return (producer) =>
      new Promise((answer) => {
        const asking = { producer, topic, index, answer };
        if (this.#gathering === null) void this.#ask([asking]);
        else this.#gathering.push(asking);
      });
  }

  /** The request is taken in: asks for all that was gathered. */
  flush(): void {
    const gathered = this.#gathering ?? [];
    this.#gathering = null;
    const byProducer = new Map<string, Asking[]>();
    for (const asking of gathered) {
      const key = `${asking.producer.producerId}/${asking.producer.producerEpoch}`;
      const same = byProducer.get(key);
      if (same === undefined) byProducer.set(key, [asking]);
      else same.push(asking);
    }
    for (const askings of byProducer.values()) void this.#ask(askings);
  }

  /** All of one producer. */
  async #ask(askings: readonly Asking[]): Promise<void> {
    let left = askings;
    for (let round = 0; left.length > 0; round += 1) {
      const codes = await this.#verify(left);
      const again: Asking[] = [];
      left.forEach((asking, at) => {
        const code = codes[at] ?? errorCode('COORDINATOR_NOT_AVAILABLE');
        const repeats = code === CONCURRENT_TRANSACTIONS && this.#adds && round < RETRIES_MAX;
        if (repeats) again.push(asking);
        else asking.answer(refusalOf(code, this.#version));
      });
      left = again;
      if (left.length > 0) await new Promise<void>((resolve) => void this.#clock.setTimer(RETRY_MS, resolve));
    }
  }

  #verify(askings: readonly Asking[]): Promise<readonly number[]> {
    const { producerId, producerEpoch } = askings[0]?.producer ?? { producerId: -1, producerEpoch: -1 };
    return this.#verifier.verify({
      transactionalId: this.#transactionalId,
      producerId,
      producerEpoch,
      adds: this.#adds,
      partitions: askings.map(({ topic, index }) => ({ topic, index })),
    });
  }

  get #adds(): boolean {
    return this.#version >= TV2_SINCE;
  }
}

function refusalOf(code: number, version: number): PartitionRefusal | null {
  if (code === 0) return null;
  const isTrouble = COORDINATOR_TROUBLE.has(code) || (code === CONCURRENT_TRANSACTIONS && version < TV2_SINCE);
  const reason = `the transaction cannot be verified: ${errorName(code)}`;
  if (isTrouble) return { kind: 'unverified', code: errorCode('NOT_ENOUGH_REPLICAS'), reason };
  if (code === errorCode('PRODUCER_FENCED')) return { kind: 'producer-fenced', reason };
  if (code === TRANSACTION_ABORTABLE || code === INVALID_TXN_STATE) {
    const abortable = version >= ABORTABLE_SINCE;
    const shown = abortable ? TRANSACTION_ABORTABLE : INVALID_TXN_STATE;
    return { kind: 'unverified', code: shown, reason: 'the partition is not part of the transaction' };
  }
  return { kind: 'unverified', code, reason };
}
