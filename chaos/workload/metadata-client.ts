/**
 * Somebody who makes, changes, looks at and deletes a handful of topics, together with others who do the same: what each asked
 * and what came of it goes into the metadata history, where the linearizability checker judges it (R11).
 *
 * ```
 *  draw operation, topic, node ─▶ one request to that node, never repeated ─▶ answer: what it said | no answer: nobody knows
 * ```
 * Commands are carried out by the controller, whoever is asked, and are linearizable, refusals too; `exists` is a command that
 * changes nothing. Descriptions come from what the asked node has applied: they may be old, and never go back within one life of it.
 */
import type { Random } from '../../raft/index.ts';
import type { MetadataInput } from '../checkers/operation.ts';
import type { Address, KafkaClient } from '../../src/client/index.ts';
import { ClientError } from '../../src/client/index.ts';
import type { MetadataHistory } from './metadata-history.ts';
import { askOfTopic } from './metadata-request.ts';
import type { Pace } from './pace.ts';
import { RawLinks } from './raw-link.ts';
import type { WorkloadHome } from './workload-home.ts';

export interface MetadataClientOptions {
  /** Unique in the run; also its machine's name. */
  readonly name: string;
  /** Topics that it shares with others of its kind. */
  readonly topics: readonly string[];
  /** Most replicas of a topic. */
  readonly replicasMax: number;
  readonly random: Random;
  readonly pace: Pace;
  /** Mean virtual milliseconds between two operations when busy. */
  readonly everyMs: number;
  /** Changes nothing, and asks as often as it can. */
  readonly looks?: boolean;
  /** Operations of one node before it asks another, in the mean; default 1. */
  readonly stays?: number;
  /** The life of a node, for what is known of no more than one life; null: it does not run, or nobody can tell. */
  readonly lifeOf: (node: number) => string | null;
}

/** Everything that can be asked, as often as it is to be drawn. */
const KINDS: readonly MetadataInput['kind'][] = [
  ...(['create', 'create', 'create', 'create', 'delete', 'delete', 'delete'] as const),
  ...(['create-partitions', 'create-partitions', 'alter-config', 'alter-config'] as const),
  ...([
    'exists',
    'exists',
    'describe',
    'describe',
    'describe',
    'describe',
    'describe-config',
    'describe-config',
  ] as const),
];
/** Of who only looks: mostly what the controller itself must answer. */
const LOOKS: readonly MetadataInput['kind'][] = ['exists', 'exists', 'exists', 'describe'];
/** Values that harm nobody who is to write to the topic at the end. */
const CONFIGS: Readonly<Record<string, readonly (string | null)[]>> = {
  'retention.ms': [null, '600000', '700000', '800000'],
  'min.insync.replicas': [null, '1', '2'],
  'max.message.bytes': [null, '500000', '600000'],
};
const PARTITIONS_MAX = 8;
const TIMEOUTS_MS = [300, 1500, 3000];
/** How much later than the asked node gives up a client does. */
const PATIENCE_MS = 500;

export class MetadataClient {
  readonly #home: WorkloadHome;
  readonly #history: MetadataHistory;
  readonly #options: MetadataClientOptions;
  readonly #client: KafkaClient;
  readonly #links: RawLinks;
  readonly #addresses = new Map<number, Address>();
  /** The node that is asked; null: to be drawn. */
  #node: number | null = null;
  #running = false;
  #working = false;
  /** Until then a node may carry out what its client no longer waits for. */
  #openUntil = 0;

  constructor(home: WorkloadHome, history: MetadataHistory, options: MetadataClientOptions) {
    this.#home = home;
    this.#history = history;
    this.#options = options;
    this.#client = home.client(options.name, { requestTimeoutMs: 2000 });
    this.#links = new RawLinks(this.#client.ports, options.name);
  }

  get name(): string {
    return this.#options.name;
  }

  /** 1 while an operation is on its way, or a node may still be at one that this client has given up. */
  get pending(): number {
    return this.#working || this.#home.world.now() < this.#openUntil ? 1 : 0;
  }

  start(): this {
    this.#running = true;
    this.#working = true;
    void this.#loop().then(
      () => {
        this.#working = false;
        this.#links.close();
      },
      (error: unknown) => this.#home.world.fail(error),
    );
    return this;
  }

  stop(): void {
    this.#running = false;
  }

  async #loop(): Promise<void> {
    const { pace, everyMs, random } = this.#options;
    while (this.#running) {
      if (this.#addresses.size === 0) await this.#findNodes();
      else await this.#operate();
      const waitMs = pace.wait(everyMs) * -Math.log(1 - random.fraction());
      // In quiet phases nobody waits for the end of a pause.
      for (let left = waitMs; left > 0 && this.#running; left -= 500) await this.#client.sleep(Math.min(left, 500));
    }
  }

  async #findNodes(): Promise<void> {
    try {
      const { brokers } = await this.#client.refresh([]);
      for (const [node, address] of brokers) this.#addresses.set(node, address);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
    }
  }

  async #operate(): Promise<void> {
    const { random, topics, name, lifeOf } = this.#options;
    const [node, address] = this.#drawNode();
    const topic = topics[random.below(topics.length)];
    const input = this.#draw();
    const timeoutMs = TIMEOUTS_MS[random.below(TIMEOUTS_MS.length)] ?? 0;
    const variant = random.below(2);
    if (topic === undefined || address === null) return;
    const link = await this.#links.to(node, address);
    // Nothing was asked: some other node knows more of who is there.
    if (link === null) {
      this.#node = null;
      return this.#findNodes();
    }
    const { now } = this.#home.world;
    const life = lifeOf(node);
    const replicas = 1 + random.below(this.#options.replicasMax);
    const answered = this.#history.call(name, topic, input, () => now.call(this.#home.world));
    const output = await askOfTopic(link, topic, input, { timeoutMs, patienceMs: PATIENCE_MS, replicas, variant });
    const isSame = life !== null && lifeOf(node) === life;
    answered(output, isSame ? `${node}/${life}` : null);
    if (output === null) this.#openUntil = this.#home.world.now() + timeoutMs;
  }

  #drawNode(): readonly [node: number, address: Address | null] {
    const { random, stays = 1 } = this.#options;
    const nodes = [...this.#addresses];
    const before = nodes.find(([node]) => node === this.#node);
    if (before !== undefined && stays > 1 && random.below(stays) > 0) return before;
    const drawn = nodes[random.below(nodes.length)] ?? [0, null];
    [this.#node] = drawn;
    return drawn;
  }

  #draw(): MetadataInput {
    const { random, looks = false } = this.#options;
    const kinds = looks ? LOOKS : KINDS;
    const kind = kinds[random.below(kinds.length)] ?? 'describe';
    const keys = Object.keys(CONFIGS);
    const config = keys[random.below(keys.length)] ?? '';
    const values = CONFIGS[config] ?? [];
    const value = values[random.below(values.length)] ?? null;
    switch (kind) {
      case 'create':
        return { kind, partitions: 1 + random.below(3), configs: value === null ? {} : { [config]: value } };
      case 'create-partitions':
        return { kind, count: 2 + random.below(PARTITIONS_MAX - 1) };
      case 'alter-config':
        return { kind, config, value };
      case 'describe-config':
        return { kind, config, session: null };
      case 'describe':
        return { kind, session: null };
      case 'delete':
      case 'exists':
        return { kind };
    }
  }
}
