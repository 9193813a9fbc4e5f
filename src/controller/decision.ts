/**
 * What a decision is: records to append, and the answer to give once they are committed.
 *
 * Deciding is pure: the same image, command and context give the same decision. It never changes the image. No
 * records and an answer is a complete decision: a refusal, or nothing to do.
 */
import type { Incarnation, NodeId, Random } from '../../raft/index.ts';
import type { FlushPolicy } from '../../storage/index.ts';
import type { MetadataRecord } from '../metadata/index.ts';

export interface Decision<Answer> {
  readonly records: readonly MetadataRecord[];
  readonly answer: Answer;
}

/** Defaults that only the controller's configuration knows. */
export interface ControllerDefaults {
  /** Partitions of a topic that names none. */
  readonly partitions: number;
  /** min(3, nodes) unless configured. */
  readonly replicationFactor: number;
  /** Most partitions that one command may create. */
  readonly partitionsPerCommandMax: number;
  /** The nodes' `flush` setting: that of topics that set none. */
  readonly flush: FlushPolicy;
}

export interface DecisionContext {
  readonly random: Random;
  readonly defaults: ControllerDefaults;
  /** True while frames of this very life of the node still come in (within the session timeout). */
  readonly sessionAlive: (node: NodeId, incarnation: Incarnation) => boolean;
  /** True when every other serving broker has applied the metadata that took the leaderships away from `node`. */
  readonly othersCaughtUp: (node: NodeId) => boolean;
}
