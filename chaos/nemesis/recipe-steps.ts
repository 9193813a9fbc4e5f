/** What recipes are made of, besides the harm itself: whom they are about, what they wait for, and who hears things late. */
import type { Partition as PartitionRecord } from '../../src/metadata/index.ts';
import { partitionOfSomething, slowLink, nameOf } from './harm.ts';
import type { FaultContext } from './harm.ts';

/** Between two looks at what is waited for. */
const LOOK_MS = 5;

export interface Trio {
  readonly partition: PartitionRecord;
  readonly leader: number;
  readonly followers: readonly number[];
}

/** A partition, its leader and its followers, all running; null when there are none such at the moment. */
export function trio(context: FaultContext, partition = partitionOfSomething(context)): Trio | null {
  if (partition === null || partition.leader === null || partition.replicas.length < 3) return null;
  if (partition.replicas.some((node) => !context.cluster.isReady(node))) return null;
  const { leader, replicas } = partition;
  return { partition, leader, followers: replicas.filter((node) => node !== leader) };
}

/** Calls back once it holds; looks every few milliseconds, for so many. */
export function once(context: FaultContext, holds: () => boolean, milliseconds: number, then: () => void): void {
  if (holds()) return then();
  if (milliseconds > 0) context.later(LOOK_MS, () => once(context, holds, milliseconds - LOOK_MS, then));
}

/** What `from` sends to `to` takes so many milliseconds, for a while. */
export function slow(context: FaultContext, from: number, to: number, latency: number, milliseconds: number): void {
  slowLink(context, [from, to], { least: latency, tail: latency / 10 }, milliseconds);
}

/** All connections between the two are reset; what is on the way is lost. */
export function part({ act }: FaultContext, one: number, other: number): void {
  const way = { from: nameOf(one), to: nameOf(other) };
  act({ kind: 'cut', ...way, how: 'reset', after: 0, which: null });
  act({ kind: 'cut', from: way.to, to: way.from, how: 'reset', after: 0, which: null });
}

/** `leader` has asked for `node` in the in-sync set, and does not know yet whether it is. */
export function isProposed({ cluster }: FaultContext, leader: number, node: number, record: PartitionRecord): boolean {
  const core = cluster.node(leader)?.node.hosting.partition(record.topicId, record.index)?.replica.core;
  if (core === undefined || core.role.kind !== 'leader' || core.assignment === null) return false;
  const asked = [...(core.role.proposal?.members ?? [])].some((member) => member === node);
  return asked && !core.assignment.isr.some((member) => member === node);
}
