/**
 * What all families of decisions share: who is meant, and whether it can be done now.
 *
 * An act does one thing to the cluster, at once and without chance of its own; where what it is for is not there any more (the
 * node that it kills does not run) it does nothing and says so: that happens in schedules that were shrunk or are of another build.
 */
import type { SimCluster } from '../cluster/index.ts';
import type { Machine } from '../sim/index.ts';

/** Answers null, or why it does not fit. */
export type Act<Arguments> = (cluster: SimCluster, what: Arguments) => string | null;

export interface OnNode {
  /** 1, 2, … */
  readonly node: number;
}

/** One direction between two machines, by their names: `node1`, `writer2`. */
export interface OnLink {
  readonly from: string;
  readonly to: string;
}

/** Decision by decision of a family: its kind and what it needs to know. */
export type DecisionOf<Family> = {
  [Kind in keyof Family]: Family[Kind] extends Act<infer Arguments>
    ? { readonly at: number; readonly kind: Kind } & Arguments
    : never;
}[keyof Family];

export function onRunning(act: (cluster: SimCluster, node: number) => void): Act<OnNode> {
  return (cluster, { node }) => {
    if (!isNode(cluster, node)) return `there is no node ${node}`;
    if (!cluster.machine(node).running) return `node ${node} does not run`;
    act(cluster, node);
    return null;
  };
}

/** Something about a machine, whether a process runs there or not. */
export function onMachine<Arguments extends OnNode>(
  act: (machine: Machine, what: Arguments) => string | void,
): Act<Arguments> {
  return (cluster, what) => {
    if (!isNode(cluster, what.node)) return `there is no node ${what.node}`;
    return act(cluster.machine(what.node), what) ?? null;
  };
}

export function onLink<Arguments extends OnLink>(
  act: (cluster: SimCluster, from: Machine, to: Machine, what: Arguments) => string | void,
): Act<Arguments> {
  return (cluster, what) => {
    const machines = cluster.world.machines();
    const [from, to] = [what.from, what.to].map((name) => machines.find((machine) => machine.name === name));
    if (from === undefined || to === undefined)
      return `there is no machine ${from === undefined ? what.from : what.to}`;
    return act(cluster, from, to, what) ?? null;
  };
}

function isNode(cluster: SimCluster, node: number): boolean {
  return cluster.numbers().includes(node);
}
