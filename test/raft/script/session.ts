/**
 * A script's cluster: nodes, a network that moves only when told, and a transcript of what happened.
 *
 * Deliveries are shown as `1→2 append …`, effects of a step below it as `  2 commit 3`. Sends are shown when delivered.
 */
import {
  describeEffect,
  describeMessage,
  type Effect,
  millis,
  type Millis,
  nodeId,
  type Policy,
} from '../../../raft/index.ts';
import { configOf, lifeOf } from '../cluster/configs.ts';
import type { Envelope, SimNode } from '../cluster/sim-node.ts';

const SILENT: ReadonlySet<Effect['kind']> = new Set(['send', 'send-batches', 'send-snapshot', 'store-snapshot']);

export class Session {
  readonly nodes = new Map<number, SimNode>();
  readonly lives = new Map<number, number>();
  readonly cuts = new Set<string>();
  policy: Policy = 'quorum';
  minInsync = 1;
  network: Envelope[] = [];
  now = 0;
  values = 0;
  private lines: string[] = [];

  get time(): Millis {
    return millis(this.now);
  }

  say(line: string): void {
    this.lines.push(line);
  }

  /** The transcript since it was last taken. */
  take(): string {
    const text = this.lines.join('\n');
    this.lines = [];
    return text === '' ? 'nothing' : text;
  }

  node(id: string | number): SimNode {
    const node = this.nodes.get(Number(id));
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  add(node: SimNode): void {
    this.nodes.set(node.id, node);
    this.lives.set(node.id, 1);
    node.listener = (on, _input, effects) => {
      for (const effect of effects) {
        if (SILENT.has(effect.kind)) continue;
        const shown = effect.kind === 'persist' ? describeEffect({ ...effect, thenSend: [] }) : describeEffect(effect);
        if (effect.kind !== 'persist' || shown.includes('|')) this.say(`  ${on.id} ${shown}`);
      }
    };
  }

  connect(left: SimNode, right: SimNode): void {
    if (left === right || !left.alive || !right.alive || this.isCut(left.id, right.id)) return;
    left.peers.set(right.id, right.config.incarnation);
    left.input(
      { kind: 'peer-connected', peer: right.id, directory: right.directory, incarnation: right.config.incarnation },
      this.time,
    );
    this.collect();
  }

  connectAll(): void {
    for (const left of this.nodes.values()) {
      for (const right of this.nodes.values())
        if (!(left.core.peers.get(right.id)?.connected ?? false)) this.connect(left, right);
    }
  }

  disconnect(left: SimNode, right: SimNode): void {
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      if (one.alive && (one.core.peers.get(other.id)?.connected ?? false))
        one.input({ kind: 'peer-disconnected', peer: other.id }, this.time);
    }
    this.network = this.network.filter(
      ({ from, to }) => !(from === left.id && to === right.id) && !(from === right.id && to === left.id),
    );
  }

  isCut(left: number, right: number): boolean {
    return this.cuts.has(`${Math.min(left, right)}-${Math.max(left, right)}`);
  }

  restart(id: number): void {
    const life = (this.lives.get(id) ?? 1) + 1;
    this.lives.set(id, life);
    const node = this.node(id);
    node.restart(
      configOf(this.policy, id, 1 + life * 97, { ...this.settings, incarnation: lifeOf(id, life) }),
      this.time,
    );
  }

  settings: Parameters<typeof configOf>[3] = {};

  collect(): void {
    for (const node of this.nodes.values()) this.network.push(...node.outbox.splice(0));
  }

  deliver(envelope: Envelope): void {
    const to = this.nodes.get(envelope.to);
    const arrow = `${envelope.from}→${envelope.to} ${describeMessage(envelope.message)}`;
    const reachable =
      to !== undefined &&
      to.alive &&
      !this.isCut(envelope.from, envelope.to) &&
      envelope.toIncarnation === to.config.incarnation;
    if (!reachable) return this.say(`${arrow} (lost)`);
    this.say(arrow);
    to.deliver(envelope, this.time);
    this.collect();
  }

  /** Everything is flushed and delivered until nothing moves. Heartbeats do not start by themselves. */
  stabilize(): void {
    for (let round = 0; round < 200; round += 1) {
      this.collect();
      const waiting = [...this.nodes.values()].filter((node) => node.alive && node.unflushed.length > 0);
      if (waiting.length === 0 && this.network.length === 0) return;
      for (const node of waiting) node.flush(node.unflushed.length, this.time);
      this.collect();
      for (const envelope of this.network.splice(0)) this.deliver(envelope);
    }
    throw new Error('it never becomes quiet');
  }
}

/** `1>2` as two ids. */
export function link(text: string): readonly [number, number] {
  const [from, to] = text.split('>');
  return [nodeId(Number(from)), nodeId(Number(to))];
}

/** `key=value` arguments. */
export function settingsOf(args: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    args
      .filter((arg) => arg.includes('='))
      .map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]),
  );
}
