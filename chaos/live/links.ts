/**
 * The network between the processes of a live cluster: a proxy for each ordered pair of nodes, and one from the clients to
 * each node.
 *
 * ```
 *  node a ── proxy(a, b) ──▶ peer port of b        clients ── proxy(0, b) ──▶ Kafka port of b
 * ```
 * Node a reaches b through `voters`, in which each node is given the proxies of its own for the others. Bytes from a to b
 * travel forward on proxy(a, b) and back on proxy(b, a).
 */
import type { Random } from '../../raft/index.ts';
import type { LinkState } from './pipe.ts';
import { soundLink } from './pipe.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** The clients' side of a link. */
export const CLIENTS = 0;

export interface LinkPlan {
  readonly host: string;
  readonly nodes: readonly { readonly number: number; readonly kafkaPort: number; readonly peerPort: number }[];
  /** Free ports; as many as {@link portsNeeded} says. */
  readonly ports: readonly number[];
  readonly random: Random;
}

/** Proxies of a cluster of so many nodes. */
export function portsNeeded(nodes: number): number {
  return nodes * nodes;
}

export class Links {
  readonly #proxies = new Map<string, TcpProxy>();
  readonly #numbers: readonly number[];

  constructor({ host, nodes, ports, random }: LinkPlan) {
    this.#numbers = nodes.map(({ number }) => number);
    const free = [...ports];
    for (const { number: to, kafkaPort, peerPort } of nodes) {
      for (const from of [CLIENTS, ...this.#numbers]) {
        if (from === to) continue;
        const port = free.shift();
        if (port === undefined) throw new Error('too few free ports for the proxies');
        const target = { host, port: from === CLIENTS ? kafkaPort : peerPort };
        const proxy = new TcpProxy({ host, port, target, random: random.fork(`${from}>${to}`) });
        this.#proxies.set(`${from}>${to}`, proxy);
      }
    }
  }

  /** The port at which `from` (0: clients) reaches `to`. */
  port(from: number, to: number): number {
    return this.proxy(from, to).port;
  }

  proxy(from: number, to: number): TcpProxy {
    const found = this.#proxies.get(`${from}>${to}`);
    if (found === undefined) throw new Error(`no link from ${from} to ${to}`);
    return found;
  }

  /** Its peer port, or (`clients`) its Kafka port, is listened on or not. */
  setUp(to: number, lane: 'peers' | 'clients', up: boolean): void {
    for (const from of [CLIENTS, ...this.#numbers]) {
      if (from !== to && (from === CLIENTS) === (lane === 'clients')) this.proxy(from, to).setTargetUp(up);
    }
  }

  /** Bytes from `from` do not arrive at `to`; neither can open new connections then. */
  block(from: number, to: number): void {
    this.#change(from, to, (state) => {
      state.blocked = true;
    });
  }

  /** Changes how bytes from `from` come to `to`. */
  shape(from: number, to: number, change: Partial<Omit<LinkState, 'bytes' | 'blocked'>>): void {
    this.#change(from, to, (state) => Object.assign(state, change));
  }

  /** All connections between the two. */
  between(one: number, other: number): readonly TcpProxy[] {
    return [`${one}>${other}`, `${other}>${one}`]
      .map((key) => this.#proxies.get(key))
      .filter((proxy) => proxy !== undefined);
  }

  /** Everybody of one group from everybody of the other, both ways. */
  partition(one: readonly number[], others: readonly number[]): void {
    for (const from of one) {
      for (const to of others) {
        this.block(from, to);
        this.block(to, from);
      }
    }
  }

  /** Undoes every fault. */
  heal(): void {
    for (const proxy of this.#proxies.values()) {
      for (const state of [proxy.forward, proxy.back]) Object.assign(state, { ...soundLink(), bytes: state.bytes });
      proxy.changed();
    }
  }

  close(): void {
    for (const proxy of this.#proxies.values()) proxy.close();
  }

  #change(from: number, to: number, change: (state: LinkState) => void): void {
    const there = this.#proxies.get(`${from}>${to}`);
    const here = this.#proxies.get(`${to}>${from}`);
    if (there !== undefined) change(there.forward);
    if (here !== undefined) change(here.back);
    there?.changed();
    here?.changed();
  }
}
