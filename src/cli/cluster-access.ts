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
import { AdminServers } from './admin-servers.ts';
import type { AdminGet, AdminPost } from './admin-servers.ts';
import { CliError, EXIT } from './exit-code.ts';

/** The broker config that tells a node's admin address. */
export const ADMIN_ADDRESS_KEY = 'flotilla.admin.address';

/** `silent`: it can be connected to, or seems so, and does not answer. `refuses`: nobody is there. */
export type Reach = 'answers' | 'silent' | 'refuses';

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
  readonly #servers: AdminServers;
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
    this.#servers = new AdminServers(options.get, options.ports.clock);
  }

  close(): void {
    this.kafka.close();
  }

  /** Status as the controller sees it, or, when that cannot be reached, as any node does; brokers by id. */
  async status(): Promise<ClusterStatusView> {
    const status = await this.#anyStatus();
    return { ...status, brokers: [...status.brokers].sort((left, right) => left.node - right.node) };
  }

  /** {@link status}, and who of its nodes answers. */
  async statusAndReach(): Promise<{ readonly status: ClusterStatusView; readonly reach: ReadonlyMap<number, Reach> }> {
    const status = await this.status();
    const reach = status.brokers.map(async ({ node, admin }): Promise<readonly [number, Reach]> => {
      if (node === status.node || (await this.getOrNull(admin, '/v1/quorum')) !== null) return [node, 'answers'];
      return [node, this.#servers.isSilent(admin) ? 'silent' : 'refuses'];
    });
    return { status, reach: new Map(await Promise.all(reach)) };
  }

  /** The answer of one node's admin server. */
  get(address: string, path: string): Promise<unknown> {
    return this.#servers.get(address, path);
  }

  /** Has the admin server of a node do something. */
  post(address: string, path: string, confirm: string): Promise<unknown> {
    return this.#options.post(address, path, confirm);
  }

  /** As {@link get}; null when the node cannot be asked or is silent, which is waited for less than a second, once. */
  getOrNull(address: string, path: string): Promise<unknown> {
    return this.#servers.getOrNull(address, path);
  }

  /** The admin server was asked a moment ago and did not answer. */
  isSilent(address: string): boolean {
    return this.#servers.isSilent(address);
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
    const seen = (await this.#servers.first(await this.#adminAddresses(), '/v1/status')) as ClusterStatusView | null;
    if (seen === null)
      throw new CliError(EXIT.unreachable, 'no node told its admin address', 'is this a cluster of flotilla nodes?');
    const controller = seen.brokers.find(({ node }) => node === seen.controller);
    if (controller === undefined || controller.node === seen.node) return seen;
    return ((await this.getOrNull(controller.admin, '/v1/status')) as ClusterStatusView | null) ?? seen;
  }

  async #adminAddresses(): Promise<readonly string[]> {
    if (this.#options.adminAddresses.length > 0) return this.#options.adminAddresses;
    const { brokers } = await this.admin.describeCluster();
    await this.kafka.refresh([]);
    const nodes = brokers.map(({ node }) => node);
    try {
      return [await this.kafka.firstOf(nodes, (node) => this.#adminAddressOf(node))];
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return [];
    }
  }

  /** Asks that node, who alone knows. */
  async #adminAddressOf(node: number): Promise<string> {
    const configs = await this.admin.describeConfigs({ kind: 'broker', node }, { keys: [ADMIN_ADDRESS_KEY] });
    const address = configs.find(({ key }) => key === ADMIN_ADDRESS_KEY)?.value ?? null;
    if (address === null) throw new ClientError('protocol', `node ${node} told no admin address`);
    return address;
  }
}

/** Exit 65 with the nearest known name. */
export function unknownName(kind: string, name: string, known: readonly string[]): CliError {
  const candidate = nearest(name, known);
  const next = candidate === null ? `\`flotilla ${kind} list\` shows all` : `did you mean ${candidate}?`;
  return new CliError(EXIT.data, `there is no ${kind} "${name}"`, next);
}
