/**
 * Somebody who asks for producer ids again and again, one node after the other, and keeps them all.
 *
 *   E6  an id is given once: whoever gives it has it from a block that the controller gave to that life of that node alone
 */
import type { Random } from '../../raft/index.ts';
import type { KafkaClient } from '../../src/client/index.ts';
import { API_TABLE } from '../../src/wire/index.ts';
import type { History } from './history.ts';
import type { Pace } from './pace.ts';
import { PacedUser } from './paced-user.ts';
import { RawLinks } from './raw-link.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface IdCollectorOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  readonly random: Random;
  readonly pace: Pace;
  /** Virtual milliseconds between two questions when busy. */
  readonly everyMs: number;
}

const TIMEOUT_MS = 1500;

export class IdCollector extends PacedUser {
  readonly #history: History;
  readonly #options: IdCollectorOptions;
  readonly #client: KafkaClient;
  readonly #links: RawLinks;

  constructor(home: WorkloadHome, history: History, options: IdCollectorOptions) {
    super(home, options);
    this.#history = history;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: TIMEOUT_MS });
    this.#links = new RawLinks(this.#client.ports, options.name);
  }

  protected override async act(): Promise<void> {
    const { random, name } = this.#options;
    const nodes = [...this.#client.metadata.brokers];
    // Who is asked first may know of nobody yet.
    if (nodes.length === 0) return void (await this.#client.refresh([]));
    const [node, address] = nodes[random.below(nodes.length)] ?? [0, null];
    const link = address === null ? null : await this.#links.to(node, address);
    if (link === null) return void (await this.#client.refresh([]));
    const body = { transactionalId: null, transactionTimeoutMs: 60_000 };
    const answer = await link.request(API_TABLE.initProducerId.schema, 4, body, TIMEOUT_MS);
    if (answer?.errorCode === 0) this.#history.noteProducerId(answer.producerId, `${name} by node ${node}`);
  }
}
