/**
 * How commands reach a cluster: its Kafka addresses, and the admin addresses of its nodes, which are found from there.
 *
 *   --bootstrap ─ else FLOTILLA_BOOTSTRAP ─ else the cluster that `up` started here ─ else 127.0.0.1:9092
 *
 * Admin addresses: the file of the local cluster, or what any node tells through the Kafka port as the read-only
 * broker config `flotilla.admin.address`.
 */
import { AdminClient, ClientError, GroupAdmin, KafkaClient, parseAddress } from '../client/index.ts';
import type { Address, ClientPorts } from '../client/index.ts';
import type { ClusterStatusView } from '../admin/index.ts';
import { nearest } from '../config/index.ts';
import { CliError, EXIT } from './exit-code.ts';

/** The broker config that tells a node's admin address. */
export const ADMIN_ADDRESS_KEY = 'flotilla.admin.address';

/** Asks an admin server: JSON of a path. Rejects with {@link CliError} when it does not answer with 200. */
export type AdminGet = (address: string, path: string) => Promise<unknown>;

/** As {@link AdminGet}, for what changes something: `confirm` says what is meant. */
export type AdminPost = (address: string, path: string, confirm: string) => Promise<unknown>;

export interface AccessOptions {
  readonly ports: ClientPorts;
  /** `host:port` of Kafka listeners. */
  readonly bootstrap: readonly string[];
  /** Admin addresses that are known already. */
  readonly adminAddresses: readonly string[];
  readonly get: AdminGet;
  readonly post: AdminPost;
  readonly timeoutMs: number;
}

/** Reads a list of addresses; refuses what is none. */
export function parseBootstrap(list: string): readonly string[] {
  const addresses = list.split(',').map((text) => text.trim());
  for (const text of addresses) {
    if (parseAddress(text) === null)
      throw new CliError(
        EXIT.usage,
        `--bootstrap: "${text}" is not host:port`,
        'for example --bootstrap 127.0.0.1:9092,127.0.0.1:9093',
      );
  }
  return addresses;
}

export class ClusterAccess {
  readonly kafka: KafkaClient;
  readonly admin: AdminClient;
  readonly groups: GroupAdmin;
  readonly #options: AccessOptions;

  constructor(options: AccessOptions) {
    const bootstrap = options.bootstrap.map(parseAddress).filter((address): address is Address => address !== null);
    this.#options = options;
    this.kafka = new KafkaClient(options.ports, {
      bootstrap,
      clientId: 'flotilla-cli',
      requestTimeoutMs: options.timeoutMs,
      callTimeoutMs: options.timeoutMs,
      connectTimeoutMs: Math.min(options.timeoutMs, 3000),
    });
    this.admin = new AdminClient(this.kafka);
    this.groups = new GroupAdmin(this.kafka);
  }

  close(): void {
    this.kafka.close();
  }

  /** Status as the controller sees it, or, when that cannot be reached, as any node does; brokers by id. */
  async status(): Promise<ClusterStatusView> {
    const status = await this.#anyStatus();
    return { ...status, brokers: [...status.brokers].sort((left, right) => left.node - right.node) };
  }

  /** The answer of one node's admin server. */
  get(address: string, path: string): Promise<unknown> {
    return this.#options.get(address, path);
  }

  /** Has the admin server of a node do something. */
  post(address: string, path: string, confirm: string): Promise<unknown> {
    return this.#options.post(address, path, confirm);
  }

  /** As {@link get}; null when the node cannot be asked. */
  async getOrNull(address: string, path: string): Promise<unknown> {
    try {
      return await this.#options.get(address, path);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return null;
    }
  }

  /** All topic names. */
  async topicNames(): Promise<readonly string[]> {
    const { topics } = await this.kafka.refresh(null);
    return [...topics.keys()].sort();
  }

  /** Refuses a topic that does not exist, naming the one that may be meant. */
  async requireTopic(name: string): Promise<void> {
    const names = await this.topicNames();
    if (!names.includes(name)) throw unknownName('topic', name, names);
  }

  async #anyStatus(): Promise<ClusterStatusView> {
    const [first, ...others] = await this.#adminAddresses();
    const failures: CliError[] = [];
    for (const address of first === undefined ? [] : [first, ...others]) {
      try {
        const seen = (await this.#options.get(address, '/v1/status')) as ClusterStatusView;
        const controller = seen.brokers.find(({ node }) => node === seen.controller);
        if (controller === undefined || controller.node === seen.node) return seen;
        return await this.#firstOf([controller.admin], '/v1/status', seen);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        failures.push(error);
      }
    }
    throw (
      failures[0] ??
      new CliError(EXIT.unreachable, 'no node told its admin address', 'is this a cluster of flotilla nodes?')
    );
  }

  async #adminAddresses(): Promise<readonly string[]> {
    if (this.#options.adminAddresses.length > 0) return this.#options.adminAddresses;
    const { brokers } = await this.admin.describeCluster();
    await this.kafka.refresh([]);
    for (const { node } of brokers) {
      const address = await this.#adminAddressOf(node);
      if (address !== null) return [address];
    }
    return [];
  }

  async #adminAddressOf(node: number): Promise<string | null> {
    try {
      const configs = await this.admin.describeConfigs({ kind: 'broker', node }, { keys: [ADMIN_ADDRESS_KEY] });
      return configs.find(({ key }) => key === ADMIN_ADDRESS_KEY)?.value ?? null;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return null;
    }
  }

  async #firstOf(addresses: readonly string[], path: string, otherwise: ClusterStatusView): Promise<ClusterStatusView> {
    for (const address of addresses) {
      const answer = await this.getOrNull(address, path);
      if (answer !== null) return answer as ClusterStatusView;
    }
    return otherwise;
  }
}

/** Exit 65 with the nearest known name. */
export function unknownName(kind: string, name: string, known: readonly string[]): CliError {
  const candidate = nearest(name, known);
  const next = candidate === null ? `\`flotilla ${kind} list\` shows all` : `did you mean ${candidate}?`;
  return new CliError(EXIT.data, `there is no ${kind} "${name}"`, next);
}
