/**
 * Server-side assignors (KIP-848): from who reads what to who gets what.
 *
 * Pure functions of the specification: the same members and topics give the same assignment, in whatever order they come. Every
 * partition of a topic that somebody reads goes to exactly one member that reads it.
 */
import type { Assignment } from './assignment.ts';

export interface AssignorMember {
  readonly id: string;
  readonly instanceId: string | null;
  /** Ids of the topics that it reads; only such as are in the specification's `partitions`. */
  readonly topicIds: ReadonlySet<string>;
  /** What it shall have until now. */
  readonly current: Assignment;
}

export interface AssignorSpecification {
  readonly members: readonly AssignorMember[];
  /** Number of partitions of each topic. */
  readonly partitions: ReadonlyMap<string, number>;
}

/** By member id; a member without partitions is in it too. */
export type GroupAssignment = ReadonlyMap<string, Assignment>;

export type Assignor = (specification: AssignorSpecification) => GroupAssignment;
