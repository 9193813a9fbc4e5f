/**
 * InitProducerId. Without a transactional id: a fresh id, epoch 0, out of a block that the controller gave this life of
 * the node. With one: what its coordinator says.
 */
import { millis } from '../../raft/index.ts';
import type { Incarnation, Millis, NodeId } from '../../raft/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { initTransactions } from '../transactions/index.ts';
import type { TransactionCoordinator } from '../transactions/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { CommandPort } from './command-port.ts';

const TIMEOUT: Millis = millis(5000);

export interface ProducerIdOptions {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly commands: CommandPort;
}

/** Hands out producer ids one by one; asks for the next block when one is used up, once for all who wait. */
export class ProducerIds {
  readonly #options: ProducerIdOptions;
  #next = 0;
  #end = 0;
  #asking: Promise<boolean> | null = null;

  constructor(options: ProducerIdOptions) {
    this.#options = options;
  }

  /** Null when the controller gave no block in time. */
  async next(): Promise<number | null> {
    while (this.#next >= this.#end) {
      this.#asking ??= this.#ask();
      const got = await this.#asking;
      if (!got) return null;
    }
    const id = this.#next;
    this.#next += 1;
    return id;
  }

  async #ask(): Promise<boolean> {
    const { self, incarnation, commands } = this.#options;
    const outcome = await commands.submit({ kind: 'allocate-producer-ids', node: self, incarnation }, TIMEOUT);
    this.#asking = null;
    if (outcome.kind !== 'answer' || outcome.answer.kind !== 'done') return false;
    const { first, count } = outcome.answer.value;
    this.#next = first;
    this.#end = first + count;
    return true;
  }
}

export function initProducerIdHandler(ids: ProducerIds, transactions: TransactionCoordinator): ApiHandler {
  return apiHandler(API_TABLE.initProducerId, async (request, context) => {
    const { transactionalId } = request;
    if (transactionalId !== null)
      return respond(await initTransactions(transactions, transactionalId, request, context.version));
    const producerId = await ids.next();
    if (producerId === null)
      return respond({ errorCode: errorCode('COORDINATOR_LOAD_IN_PROGRESS'), producerId: -1, producerEpoch: -1 });
    return respond({ errorCode: 0, producerId, producerEpoch: 0 });
  });
}
