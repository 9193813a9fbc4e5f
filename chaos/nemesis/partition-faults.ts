/**
 * Partitions of every form, whole and partial: who cannot reach whom, until it ends.
 *
 * ```
 *  halves         12 │ 345          majority ring  1─2─3─4─5─1, each sees a majority, no two the same one
 *  bridge         12 ─ 3 ─ 45       chain          1─2─3─4─5
 *  star           3 with everybody, nobody else with anybody
 *  swizzle-clog   one after the other is cut off, and they come back in another order
 * ```
 * Nodes stand in these pictures in an order that is drawn. Clients reach everybody unless it is said otherwise.
 */
import { block, duration, isolate, nameOf, pick, pickPair, shuffled } from './harm.ts';
import type { FaultContext } from './harm.ts';

function cut(context: FaultContext, one: string, other: string, milliseconds: number): void {
  block(context, one, other, milliseconds);
  block(context, other, one, milliseconds);
}

function cutPair(context: FaultContext, both: boolean): void {
  const pair = pickPair(context);
  if (pair === null) return;
  const [from, to] = [nameOf(pair[0]), nameOf(pair[1])];
  const milliseconds = duration(context.random, 50, 6000);
  block(context, from, to, milliseconds);
  if (both) block(context, to, from, milliseconds);
}

/** `reaches` of two places in the drawn order, the first the lower one. */
function partial(context: FaultContext, reaches: (one: number, other: number, count: number) => boolean): void {
  const nodes = shuffled(context, context.cluster.numbers().map(nameOf));
  const milliseconds = duration(context.random, 200, 12_000);
  for (const [other, name] of nodes.entries())
    for (const [one, before] of nodes.slice(0, other).entries())
      if (!reaches(one, other, nodes.length)) cut(context, before, name, milliseconds);
}

function half(place: number, count: number): number {
  return place < Math.floor(count / 2) ? 0 : 1;
}

/** The link between two nodes comes and goes, about as often as elections time out. */
function flap(context: FaultContext): void {
  const { random, later } = context;
  const pair = pickPair(context);
  if (pair === null) return;
  const [one, other] = [nameOf(pair[0]), nameOf(pair[1])];
  const period = duration(random, 100, 2500);
  const both = random.below(2) === 0;
  const share = 0.2 + 0.6 * random.fraction();
  for (let count = 2 + random.below(6), at = 0; count > 0; count -= 1, at += period) {
    later(at, () => {
      block(context, one, other, period * share);
      if (both) block(context, other, one, period * share);
    });
  }
}

function swizzleClog(context: FaultContext): void {
  const { random, later, act, cluster } = context;
  const all = cluster.numbers().map(nameOf);
  const clogged = shuffled(context, all).slice(0, 1 + random.below(all.length));
  const step = duration(random, 20, 1500);
  const others = (name: string): readonly string[] => all.filter((other) => other !== name);
  for (const [index, name] of clogged.entries()) {
    later(index * step, () => {
      for (const other of others(name)) {
        act({ kind: 'block', from: name, to: other });
        act({ kind: 'block', from: other, to: name });
      }
    });
  }
  for (const [index, name] of shuffled(context, clogged).entries()) {
    later((clogged.length + index) * step, () => {
      for (const other of others(name)) {
        act({ kind: 'unblock', from: name, to: other });
        act({ kind: 'unblock', from: other, to: name });
      }
    });
  }
}

/** All clients reach one and the same node only. */
function clientsReachOne(context: FaultContext): void {
  const { cluster, random } = context;
  const nodes = cluster.numbers().map(nameOf);
  const reached = pick(random, nodes);
  const milliseconds = duration(random, 100, 6000);
  for (const { name } of cluster.world.machines()) {
    if (nodes.includes(name)) continue;
    for (const node of nodes) if (node !== reached) cut(context, name, node, milliseconds);
  }
}

/** A node reaches the controller and nobody else: it lives on for those who cannot use it. */
function controllerOnly(context: FaultContext): void {
  const { cluster, random } = context;
  const controller = cluster.controller();
  const lonely = pick(
    random,
    cluster.numbers().filter((node) => node !== controller),
  );
  if (lonely === null || controller === null) return;
  const withClients = random.below(2) === 0;
  const milliseconds = duration(random, 100, 6000);
  const machines = withClients ? cluster.world.machines().map(({ name }) => name) : cluster.numbers().map(nameOf);
  for (const name of machines)
    if (name !== nameOf(controller) && name !== nameOf(lonely)) cut(context, nameOf(lonely), name, milliseconds);
}

export const PARTITION_FAULTS = {
  isolate: (context: FaultContext): void => isolate(context, pick(context.random, context.cluster.numbers())),
  'isolate-controller': (context: FaultContext): void => isolate(context, context.cluster.controller()),
  'one-way': (context: FaultContext): void => cutPair(context, false),
  'cut-pair': (context: FaultContext): void => cutPair(context, true),
  halves: (context: FaultContext): void =>
    partial(context, (one, other, count) => half(one, count) === half(other, count)),
  'majority-ring': (context: FaultContext): void =>
    partial(context, (one, other, count) => {
      const distance = Math.min(other - one, count - (other - one));
      return distance <= Math.max(1, Math.ceil(Math.floor(count / 2) / 2));
    }),
  // The last one is the bridge.
  bridge: (context: FaultContext): void =>
    partial(context, (one, other, count) => other === count - 1 || half(one, count - 1) === half(other, count - 1)),
  chain: (context: FaultContext): void => partial(context, (one, other) => other - one === 1),
  star: (context: FaultContext): void => partial(context, (one) => one === 0),
  'clients-reach-one': clientsReachOne,
  'controller-only': controllerOnly,
  flapping: flap,
  'swizzle-clog': swizzleClog,
} as const;
