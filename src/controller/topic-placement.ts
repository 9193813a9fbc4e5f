/**
 * Replicas for new partitions: given by the operator and checked, or placed over the brokers that serve.
 */
import { present } from '../../raft/index.ts';
import type { NodeId, Random } from '../../raft/index.ts';
import type { MetadataImage, Partition, Replication, MetadataRecord } from '../metadata/index.ts';
import { term } from '../../raft/index.ts';
import { isLive } from './election.ts';
import { placePartitions } from './placement.ts';
import type { PlacementNode } from './placement.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

export type Assignments = readonly (readonly NodeId[])[];
/** Replicas and leads of each node over all topics; counted once per command and kept up while it creates. */
export type Load = Map<NodeId, { replicas: number; leads: number }>;

export function countLoad(image: MetadataImage): Load {
  const load: Load = new Map();
  for (const topic of image.topicsById.values())
    for (const partition of topic.partitions) addLoad(load, [partition.replicas]);
  return load;
}

/** Counts new partitions in; the first replica is the one that will lead. */
export function addLoad(load: Load, assignments: Assignments): void {
  for (const replicas of assignments) {
    for (const [index, node] of replicas.entries()) {
      const entry = load.get(node) ?? { replicas: 0, leads: 0 };
      entry.replicas += 1;
      if (index === 0) entry.leads += 1;
      load.set(node, entry);
    }
  }
}

/** Places `partitions` new ones beside the topic's `existing` ones. */
export function place(
  image: MetadataImage,
  load: Load,
  existing: readonly Partition[],
  partitions: number,
  replicationFactor: number,
  random: Random,
): Assignments | Refusal {
  const brokers = [...image.brokers.values()].toSorted((a, b) => a.node - b.node);
  const serving = brokers.filter((broker) => isLive(broker)).length;
  if (replicationFactor > brokers.length || serving === 0) {
    const counts = `${brokers.length} are registered, ${serving} of them serve`;
    const message = `replication factor ${replicationFactor} needs as many brokers; ${counts}`;
    return refusal('invalid-replication-factor', message);
  }
  const own: Load = new Map();
  addLoad(
    own,
    existing.map((partition) => partition.replicas),
  );
  const nodes = brokers.map((broker): PlacementNode => ({
    node: broker.node,
    rack: broker.rack,
    topicReplicas: own.get(broker.node)?.replicas ?? 0,
    topicLeads: own.get(broker.node)?.leads ?? 0,
    replicas: load.get(broker.node)?.replicas ?? 0,
    leads: load.get(broker.node)?.leads ?? 0,
    standby: !isLive(broker),
  }));
  return placePartitions(nodes, partitions, replicationFactor, random);
}

/** Null when the operator's assignments can be used; all must have `replicationFactor` replicas unless that is null. */
export function invalidAssignments(
  image: MetadataImage,
  assignments: Assignments,
  replicationFactor: number | null,
): Refusal | null {
  const size = replicationFactor ?? assignments[0]?.length ?? 0;
  for (const [index, replicas] of assignments.entries()) {
    const invalid = invalidReplicas(image, replicas, size);
    if (invalid !== null)
      return refusal('invalid-replica-assignment', `partition ${index} of the given ones: ${invalid}`);
  }
  return null;
}

function invalidReplicas(image: MetadataImage, replicas: readonly NodeId[], size: number): string | null {
  if (replicas.length === 0) return 'has no replicas';
  if (replicas.length !== size) return `has ${replicas.length} replicas, others ${size}`;
  if (new Set(replicas).size !== replicas.length) return `names a broker twice (${replicas.join(', ')})`;
  const unknown = replicas.find((node) => !image.brokers.has(node));
  if (unknown !== undefined) return `broker ${unknown} is not registered`;
  if (!replicas.some((node) => isLive(image.brokers.get(node))))
    return `none of its brokers serves (${replicas.join(', ')})`;
  return null;
}

/** The record of a new partition: led by its first serving replica, all serving replicas in sync. */
export function partitionCreated(
  image: MetadataImage,
  topicId: string,
  partition: number,
  replicas: readonly NodeId[],
  replication: Replication,
): MetadataRecord {
  if (replication === 'quorum') {
    const leadership = { leader: null, leaderIncarnation: null, leaderTerm: term(0), unclean: false };
    return { kind: 'partition-created', topicId, partition, replicas, isr: replicas, leadership, replication };
  }
  const isr = replicas.filter((node) => isLive(image.brokers.get(node)));
  const leader = present(isr[0], 'a serving replica');
  const leaderIncarnation = present(image.brokers.get(leader), `broker ${leader}`).incarnation;
  const leadership = { leader, leaderIncarnation, leaderTerm: term(1), unclean: false };
  return { kind: 'partition-created', topicId, partition, replicas, isr, leadership, replication };
}
