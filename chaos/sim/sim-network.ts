/**
 * The network between all machines, and the port through which a process reaches it.
 *
 * Addresses are `host:port`, global to the world. A machine answers to its own name and to every address at
 * which one of its processes has ever listened; `0.0.0.0`, `::` and the empty host mean its own name.
 *
 *   machine on, process listens   a connection, after a round trip
 *   machine on, nobody listens    `refused`, after a round trip
 *   machine off, or link blocked  no answer: tried again until `timeout`
 */
import type { Random } from '../../raft/index.ts';
import { ListenError } from '../../src/ports/index.ts';
import type { CloseReason, Connection, ConnectionHandler, Listener, Network } from '../../src/ports/index.ts';
import { drawLatency } from './disk-faults.ts';
import { never } from './life.ts';
import type { SimEvent } from './event-queue.ts';
import type { Life } from './life.ts';
import { NetworkLinks } from './network-links.ts';
import type { LinkTroubles } from './network-links.ts';
import type { Scheduler } from './scheduler.ts';
import { SimConnection } from './sim-connection.ts';
import type { CutKind } from './sim-pipe.ts';

type Accept = (connection: Connection) => ConnectionHandler;

interface Listening {
  readonly life: Life;
  readonly accept: Accept;
}

/** What the network must know of a machine. */
export interface NetworkMachine {
  readonly name: string;
  readonly index: number;
  readonly powered: boolean;
  /** Its processes can neither connect nor accept: what they are brought is closed at once. */
  readonly outOfHandles: boolean;
}

const CONNECT_TIMEOUT = 10_000;
/** First wait before a lost connection request is sent again; doubles. */
const RETRY_FIRST = 1_000;
const FIRST_FREE_PORT = 30_000;

export class SimNetwork {
  readonly links: NetworkLinks;
  readonly #scheduler: Scheduler;
  readonly #chance: Random;
  readonly #machines: NetworkMachine[] = [];
  readonly #listening = new Map<string, Listening>();
  /** Who listened at an address last: that machine refuses when it no longer does. */
  readonly #owners = new Map<string, number>();
  /** By index of the machine. */
  readonly #forgets = new Map<number, number>();
  #connections = new Set<SimConnection>();
  #nextId = 1;
  #nextPort = FIRST_FREE_PORT;

  constructor(scheduler: Scheduler, chance: Random) {
    this.#scheduler = scheduler;
    this.#chance = chance;
    this.links = new NetworkLinks(
      (link) => this.#wake((connection) => connection.uses(link)),
      (from, to, blocked) => scheduler.trace.add('net-link', scheduler.now, from, to, blocked ? 1 : 0),
    );
  }

  add(machine: NetworkMachine): void {
    this.#machines.push(machine);
  }

  /** Blocks both directions between every machine of `left` and every machine of `right`. */
  partition(left: readonly NetworkMachine[], right: readonly NetworkMachine[]): void {
    for (const one of left) {
      for (const other of right) {
        this.block(one, other);
        this.block(other, one);
      }
    }
  }

  /** Cuts a machine off from all others, both ways. */
  isolate(machine: NetworkMachine): void {
    this.partition(
      [machine],
      this.#machines.filter((other) => other !== machine),
    );
  }

  /** Blocks what `from` sends to `to`; the other direction stays. */
  block(from: NetworkMachine, to: NetworkMachine): void {
    if (from !== to) this.links.setBlocked(from.index, to.index, true);
  }

  unblock(from: NetworkMachine, to: NetworkMachine): void {
    this.links.setBlocked(from.index, to.index, false);
  }

  /** Every link is again as it was at the beginning. Connections that are broken stay so. */
  heal(): void {
    this.links.heal();
  }

  /** What is wrong with what `from` sends to `to`; the rest stays as it is. */
  trouble(from: NetworkMachine, to: NetworkMachine, troubles: Partial<LinkTroubles>): void {
    this.links.trouble(from.index, to.index, troubles);
  }

  /**
   * Connections break when `after` bytes more of what `from` sends have arrived at `to`, wherever that is in a frame; at once
   * with 0. Answers how many there are.
   *
   * @param how both sides are reset, or find the end of the stream
   * @param which the n-th of them, from 0, counted round; null: all
   */
  cut(from: NetworkMachine, to: NetworkMachine, how: CutKind, after: number, which: number | null): number {
    const ends = this.#between(from, to, which);
    for (const end of ends) end.cutAfter(after, how);
    return ends.length;
  }

  /** The process on `there` finds its connections to `here` reset, whose process hears nothing until it sends. As for `cut`. */
  forget(there: NetworkMachine, here: NetworkMachine, which: number | null): number {
    const ends = this.#between(there, here, which);
    for (const end of ends) end.forget();
    this.#forgets.set(there.index, this.forgets(there) + 1);
    return ends.length;
  }

  /** Connections stand, but carry nothing from `from` to `to` any more. As for `cut`. */
  swallow(from: NetworkMachine, to: NetworkMachine, which: number | null): number {
    const ends = this.#between(from, to, which);
    for (const end of ends) end.swallow();
    return ends.length;
  }

  /** How often the process on `there` has forgotten connections: it owes no answer on those. */
  forgets(there: NetworkMachine): number {
    return this.#forgets.get(there.index) ?? 0;
  }

  /** Ends at `from` of open connections with `to`, oldest first. */
  #between(from: NetworkMachine, to: NetworkMachine, which: number | null): readonly SimConnection[] {
    const ends = [...this.#connections].filter((end) => !end.gone && end.leads(from.index, to.index));
    return which === null ? ends : ends.slice(which % ends.length, (which % ends.length) + 1);
  }

  /** Sets the latency of one direction, in milliseconds. */
  setLatency(
    from: NetworkMachine,
    to: NetworkMachine,
    latency: { readonly least: number; readonly tail: number },
  ): void {
    this.links.link(from.index, to.index).latency = latency;
  }

  /** Streams that waited for a machine go on: it has come back. */
  wake(machine: NetworkMachine): void {
    this.#wake((connection) => connection.touches(machine.index));
  }

  /** The port of one process. */
  port(life: Life, machine: NetworkMachine): Network {
    return new SimNetworkPort(this, life, machine);
  }

  listen(life: Life, machine: NetworkMachine, host: string, port: number, accept: Accept): Listener {
    const bound = port === 0 ? this.#nextPort++ : port;
    const address = `${hostOf(host, machine)}:${bound}`;
    const holder = this.#listening.get(address);
    if (holder !== undefined && holder.life.alive) throw new ListenError('in-use', address, `${address} is in use`);
    life.note('net-listen', bound, 0, address);
    const entry: Listening = { life, accept };
    this.#listening.set(address, entry);
    this.#owners.set(address, machine.index);
    return {
      port: bound,
      close: () => {
        if (this.#listening.get(address) === entry) this.#listening.delete(address);
        return Promise.resolve();
      },
    };
  }

  /** One try to connect; `answer` gets the two ends, or why not; it is never called when nothing comes back. */
  request(
    life: Life,
    machine: NetworkMachine,
    address: string,
    answer: (result: { readonly client: SimConnection } | { readonly refused: CloseReason }) => void,
  ): void {
    const target = this.#machineAt(address) ?? machine;
    const link = this.links.link(machine.index, target.index);
    this.#travel(machine.index, target.index, null, () => {
      if (!target.powered || link.troubles.connects === 'lost') return;
      const listening = this.#listening.get(address);
      const isTaken = listening !== undefined && listening.life.alive && link.troubles.connects === 'usual';
      const taken = isTaken ? this.#accept(life, machine, address, listening) : null;
      this.#travel(target.index, machine.index, life, () => {
        answer(taken === null ? { refused: 'refused' } : { client: taken });
      });
    });
  }

  #accept(life: Life, machine: NetworkMachine, address: string, listening: Listening): SimConnection {
    const id = this.#nextId;
    this.#nextId += 1;
    const shared = {
      id,
      links: this.links,
      chance: this.#chance,
      powered: (index: number): boolean => this.#machines[index]?.powered ?? false,
    };
    const client = new SimConnection({ ...shared, life, remote: address });
    const server = new SimConnection({ ...shared, life: listening.life, remote: `${machine.name}:${10_000 + id}` });
    SimConnection.pair(client, server);
    this.#remember(client, server);
    const owner = this.#machines[listening.life.machine];
    listening.life.schedule('net-open', 0, () => {
      if (owner?.outOfHandles === true) server.destroy();
      else server.attach(listening.accept(server));
    });
    return client;
  }

  /** Ghost: ends of connections that are not closed. */
  get openEnds(): number {
    let open = 0;
    for (const connection of this.#connections) if (!connection.gone) open += 1;
    return open;
  }

  #wake(concerns: (connection: SimConnection) => boolean): void {
    const open = new Set<SimConnection>();
    for (const connection of this.#connections) {
      if (concerns(connection)) connection.wake();
      if (!connection.gone) open.add(connection);
    }
    this.#connections = open;
  }

  #remember(...ends: readonly SimConnection[]): void {
    for (const end of ends) this.#connections.add(end);
    if (this.#connections.size % 256 === 0) {
      this.#connections = new Set([...this.#connections].filter((connection) => !connection.gone));
    }
  }

  /** A packet without a stream: arrives after the latency, or is lost. */
  #travel(from: number, to: number, owner: Life | null, arrive: () => void): void {
    const delay = drawLatency(this.links.link(from, to).latency, this.#chance);
    this.#scheduler.schedule(owner, 'net-connect', delay, () => {
      if (!this.links.link(from, to).blocked) arrive();
    });
  }

  #machineAt(address: string): NetworkMachine | null {
    const owner = this.#owners.get(address);
    if (owner !== undefined) return this.#machines[owner] ?? null;
    const host = address.slice(0, address.lastIndexOf(':'));
    return this.#machines.find((machine) => machine.name === host) ?? null;
  }
}

function hostOf(host: string, machine: NetworkMachine): string {
  if (host === '' || host === '0.0.0.0' || host === '::') return machine.name;
  return host === 'localhost' ? '127.0.0.1' : host;
}

class SimNetworkPort implements Network {
  readonly #network: SimNetwork;
  readonly #life: Life;
  readonly #machine: NetworkMachine;

  constructor(network: SimNetwork, life: Life, machine: NetworkMachine) {
    this.#network = network;
    this.#life = life;
    this.#machine = machine;
  }

  async listen(host: string, port: number, accept: Accept): Promise<Listener> {
    if (!this.#life.alive) return never();
    return this.#network.listen(this.#life, this.#machine, host, port, accept);
  }

  connect(
    host: string,
    port: number,
    opened: (connection: Connection) => ConnectionHandler,
    failed: (reason: CloseReason) => void,
  ): { cancel(): void } {
    const life = this.#life;
    if (!life.alive) return { cancel: () => undefined };
    const address = `${hostOf(host, this.#machine)}:${port}`;
    life.note('net-connect', port, 0, address);
    let settled = false;
    const deadline = life.schedule('timer', CONNECT_TIMEOUT, () => settle(() => failed('timeout')));
    let again: SimEvent | null = null;
    const settle = (then: () => void): void => {
      if (settled) return;
      settled = true;
      life.scheduler.cancel(deadline);
      if (again !== null) life.scheduler.cancel(again);
      then();
    };
    if (this.#machine.outOfHandles) {
      life.schedule('net-connect', 0, () => settle(() => failed('unreachable')));
      return { cancel: () => settle(() => undefined) };
    }
    const attempt = (wait: number): void => {
      if (settled) return;
      this.#network.request(life, this.#machine, address, (result) => {
        if ('refused' in result) settle(() => failed(result.refused));
        else if (settled) result.client.destroy();
        else settle(() => result.client.attach(opened(result.client)));
      });
      again = life.schedule('net-connect', wait, () => attempt(wait * 2));
    };
    attempt(RETRY_FIRST);
    return { cancel: () => settle(() => undefined) };
  }
}
