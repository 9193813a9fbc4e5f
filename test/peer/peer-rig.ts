/**
 * Nodes with nothing but a peer transport, in the simulated world: what happened to each is a list of lines.
 *
 *   const rig = new PeerRig('seed'); const a = rig.start(1); const b = rig.start(2); await rig.connect();
 */
import {
  byteCount,
  directoryId,
  groupId,
  incarnation,
  METADATA_GROUP,
  millis,
  nodeId,
  offset,
  term,
} from '../../raft/index.ts';
import type { Append, GroupId, Message, NodeId } from '../../raft/index.ts';
import { World } from '../../chaos/sim/index.ts';
import type { Machine } from '../../chaos/sim/index.ts';
import type { Endpoint } from '../../src/metadata/index.ts';
import { createPeerTransport } from '../../src/peer/index.ts';
import type { PeerIdentity, PeerTransport, PeerTransportOptions } from '../../src/peer/index.ts';
import type { Network, Ports } from '../../src/ports/index.ts';

export const PEER_PORT = 9000;
export const DATA_GROUP: GroupId = groupId('topic:0');
export { METADATA_GROUP };

export interface StartOptions extends Pick<PeerTransportOptions, 'limits' | 'timings'> {
  readonly identity?: Partial<PeerIdentity>;
  /** Nodes to connect to; all of 1, 2, 3 when absent. */
  readonly peers?: readonly number[];
  /** Puts something between the transport and its network. */
  readonly network?: (network: Network) => Network;
  readonly onRequest?: (from: PeerIdentity, method: string, body: Uint8Array) => Promise<Uint8Array>;
}

export interface TestNode {
  readonly id: NodeId;
  readonly machine: Machine;
  readonly ports: Ports;
  readonly transport: PeerTransport;
  /** `connected 2`, `disconnected 2`, `suspect 2 life-2-1`, `message 1 append`, in order. */
  readonly happened: string[];
  /** Attachments of the messages, in order. */
  readonly attachments: Uint8Array[];
  /** Incarnation of this life. */
  readonly life: string;
}

export function endpointOf(node: number): Endpoint {
  return { host: `node${node}`, port: PEER_PORT };
}

export function endpoints(nodes: readonly number[]): ReadonlyMap<NodeId, Endpoint> {
  return new Map(nodes.map((node) => [nodeId(node), endpointOf(node)]));
}

export class PeerRig {
  readonly world: World;
  readonly #raw = new Map<number, Ports>();
  readonly #lives = new Map<number, number>();

  constructor(seed: string) {
    this.world = new World({ seed });
  }

  machine(node: number): Machine {
    return this.world.machine(`node${node}`);
  }

  /** Ports of a process without a transport, on the machine of `node`; the same at each call. */
  raw(node: number): Ports {
    const ports = this.#raw.get(node) ?? this.machine(node).ports();
    this.#raw.set(node, ports);
    return ports;
  }

  /** Starts a process on the node's machine; its transport begins to listen and to connect. */
  start(node: number, options: StartOptions = {}): TestNode {
    const number = (this.#lives.get(node) ?? 0) + 1;
    this.#lives.set(node, number);
    const life = options.identity?.incarnation ?? `life-${node}-${number}`;
    const machine = this.machine(node);
    const ports = machine.ports();
    const happened: string[] = [];
    const attachments: Uint8Array[] = [];
    const network = (options.network ?? ((each) => each))(ports.network);
    const { limits = {}, timings = {}, onRequest = (_from, _method, body) => Promise.resolve(body) } = options;
    const self: PeerIdentity = {
      node: nodeId(node),
      incarnation: incarnation(life),
      directory: directoryId(`directory-${node}`),
      clusterId: null,
      empty: true,
      ...options.identity,
    };
    const transport = createPeerTransport(
      { self, listen: endpointOf(node), ports: { ...ports, network }, limits, timings },
      {
        onMessage: (from, group, message, attachment) => {
          happened.push(`message ${from.node} ${describeMessage(group, message)}`);
          attachments.push(attachment);
        },
        onConnected: (peer) => happened.push(`connected ${peer.node}`),
        onDisconnected: (peer) => happened.push(`disconnected ${peer}`),
        onSuspect: (peer, suspected) => happened.push(`suspect ${peer} ${suspected}`),
        onRequest,
      },
    );
    transport.setPeers(endpoints(options.peers ?? [1, 2, 3]));
    void transport.start();
    return { id: nodeId(node), machine, ports, transport, happened, attachments, life };
  }

  /** Runs until every one of `nodes` is connected to every other. */
  async connect(...nodes: readonly TestNode[]): Promise<void> {
    const pairs = nodes.flatMap((from) => nodes.filter((to) => to !== from).map((to) => [from, to] as const));
    await this.until(() => pairs.every(([from, to]) => from.transport.status(to.id)?.connected === true), 5_000);
  }

  /** Runs until `condition` holds and answers how long that took; fails after `limit` virtual milliseconds. */
  async until(condition: () => boolean, limit = 10_000): Promise<number> {
    const before = this.world.now();
    const done = await this.world.run(condition, { milliseconds: limit });
    if (!done) throw new Error(this.world.describeFailure(new Error(`did not happen: ${String(condition)}`)));
    return this.world.now() - before;
  }

  runFor(milliseconds: number): Promise<void> {
    return this.world.runFor(milliseconds);
  }

  /** Lines that the processes of `node` logged and that contain `text`. */
  logged(node: number, text: string): readonly string[] {
    return this.machine(node).log.lines.filter((line) => line.includes(text));
  }
}

function describeMessage(group: GroupId, message: Message): string {
  const name = group === METADATA_GROUP ? 'metadata' : group;
  return message.kind === 'append' ? `${name} append ${message.prevOffset}` : `${name} ${message.kind}`;
}

/** An append that begins at `prevOffset` with batches of these sizes, one record each. */
export function appendOf(prevOffset: number, ...sizes: readonly number[]): Append {
  return {
    kind: 'append',
    term: term(1),
    progressId: 1,
    prevOffset: offset(prevOffset),
    prevTerm: term(1),
    termStart: offset(0),
    highWatermark: offset(0),
    logStart: offset(0),
    round: 0,
    batches: sizes.map((bytes, index) => ({
      base: offset(prevOffset + index),
      end: offset(prevOffset + index + 1),
      term: term(1),
      bytes: byteCount(bytes),
      control: null,
    })),
  };
}

export const SECOND = millis(1000);
