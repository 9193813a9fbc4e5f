/**
 * Where the replicas of new partitions go.
 *
 * ```
 *  per partition: the nodes with the fewest replicas of this topic, then on fewest racks twice, then of all topics, then by lot
 *  then: who of them is first (leads): leads are evened out over the nodes by moving them along chains of partitions
 * ```
 *
 * Without racks, replicas of one topic differ by at most one between nodes, and so do leads. With at least as many racks
 * as replicas, no two replicas of a partition share a rack. Pure: the lot is drawn from the given Random.
 */
import { assert, present } from '../../raft/index.ts';
import type { NodeId, Random } from '../../raft/index.ts';

export interface PlacementNode {
  readonly node: NodeId;
  readonly rack: string | null;
  /** Replicas and leads that the node has, of this topic and of all topics. */
  readonly topicReplicas: number;
  readonly topicLeads: number;
  readonly replicas: number;
  readonly leads: number;
  /** Not serving now: used only where the others do not suffice, and leads nothing. */
  readonly standby: boolean;
}

interface Slot {
  readonly info: PlacementNode;
  topicReplicas: number;
  replicas: number;
  seconds: number;
  lot: number;
}

/** Replicas of each new partition, in order of preference. `replicationFactor` ≤ nodes; at least one node is no standby. */
export function placePartitions(
  nodes: readonly PlacementNode[],
  partitions: number,
  replicationFactor: number,
  random: Random,
): readonly (readonly NodeId[])[] {
  assert(replicationFactor >= 1, () => `replication factor is ${replicationFactor}`);
  assert(replicationFactor <= nodes.length, () => `replication factor ${replicationFactor} over ${nodes.length} nodes`);
  assert(
    nodes.some((node) => !node.standby),
    'no node serves',
  );
  const slots = nodes.map((info): Slot => ({
    info,
    topicReplicas: info.topicReplicas,
    replicas: info.replicas,
    seconds: 0,
    lot: 0,
  }));
  const sets = Array.from({ length: partitions }, () => chooseSet(slots, replicationFactor, random));
  const leads = spreadLeads(sets, slots);
  return sets.map((set, index) => orderSet(set, present(leads[index], 'a lead')));
}

function chooseSet(slots: readonly Slot[], size: number, random: Random): readonly Slot[] {
  for (const slot of slots) slot.lot = random.below(1_000_000);
  const chosen: Slot[] = [];
  while (chosen.length < size) {
    const best = slots.filter((slot) => !chosen.includes(slot)).toSorted((a, b) => compareSlots(a, b, chosen))[0];
    chosen.push(present(best, 'a node for a replica'));
  }
  for (const slot of chosen) {
    slot.topicReplicas += 1;
    slot.replicas += 1;
  }
  return chosen;
}

function compareSlots(a: Slot, b: Slot, chosen: readonly Slot[]): number {
  return (
    Number(a.info.standby) - Number(b.info.standby) ||
    sameRack(a, chosen) - sameRack(b, chosen) ||
    a.topicReplicas - b.topicReplicas ||
    a.replicas - b.replicas ||
    a.lot - b.lot
  );
}

function sameRack(slot: Slot, chosen: readonly Slot[]): number {
  if (slot.info.rack === null) return 0;
  return chosen.filter((other) => other.info.rack === slot.info.rack).length;
}

/** For each set the slot that leads: greedy, then evened out. */
function spreadLeads(sets: readonly (readonly Slot[])[], slots: readonly Slot[]): readonly Slot[] {
  const counts = new Map(slots.map((slot) => [slot, slot.info.topicLeads]));
  const countOf = (slot: Slot): number => present(counts.get(slot), 'a count of leads');
  const all = new Map(slots.map((slot) => [slot, slot.info.leads]));
  const leads = sets.map((set) => {
    const able = set.filter((slot) => !slot.info.standby);
    const order = (a: Slot, b: Slot): number =>
      countOf(a) - countOf(b) || present(all.get(a), 'leads') - present(all.get(b), 'leads') || a.lot - b.lot;
    const leader = present(able.toSorted(order)[0], 'a serving replica');
    counts.set(leader, countOf(leader) + 1);
    all.set(leader, present(all.get(leader), 'leads') + 1);
    return leader;
  });
  while (moveLead(sets, leads, counts)) continue;
  return leads;
}

/** Moves a lead from a loaded node towards one with at least two fewer, along a chain of partitions; false when there is none. */
function moveLead(sets: readonly (readonly Slot[])[], leads: Slot[], counts: Map<Slot, number>): boolean {
  const loaded = [...counts.keys()].toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  for (const from of loaded) {
    const load = counts.get(from) ?? 0;
    const cameBy = new Map<Slot, { readonly partition: number; readonly before: Slot }>();
    const queue: Slot[] = [from];
    for (const slot of queue) {
      if ((counts.get(slot) ?? 0) <= load - 2) return follow(slot, from, cameBy, leads, counts);
      for (const [partition, leader] of leads.entries()) {
        if (leader !== slot) continue;
        for (const next of sets[partition] ?? []) {
          if (next === from || next.info.standby || cameBy.has(next)) continue;
          cameBy.set(next, { partition, before: slot });
          queue.push(next);
        }
      }
    }
  }
  return false;
}

function follow(
  to: Slot,
  from: Slot,
  cameBy: ReadonlyMap<Slot, { readonly partition: number; readonly before: Slot }>,
  leads: Slot[],
  counts: Map<Slot, number>,
): true {
  counts.set(to, (counts.get(to) ?? 0) + 1);
  counts.set(from, (counts.get(from) ?? 0) - 1);
  for (let slot = to; slot !== from;) {
    const { partition, before } = present(cameBy.get(slot), 'a chain of leads');
    leads[partition] = slot;
    slot = before;
  }
  return true;
}

/** Leader first; then whoever was second least often, so that a dead leader's load spreads too; standbys last. */
function orderSet(set: readonly Slot[], leader: Slot): readonly NodeId[] {
  const rest = set
    .filter((slot) => slot !== leader)
    .toSorted((a, b) => Number(a.info.standby) - Number(b.info.standby) || a.seconds - b.seconds || a.lot - b.lot);
  const [second] = rest;
  if (second !== undefined) second.seconds += 1;
  return [leader, ...rest].map((slot) => slot.info.node);
}
