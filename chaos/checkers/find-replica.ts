/**
 * How checkers come to the replicas of one group: through the nodes that run, never through what these say of each other.
 *
 * A replica whose process does not run is not there.
 */
import type { Replica } from '../../src/replica/index.ts';

/** The replica of the group on a node; null when it runs not. */
export type FindReplica = (node: number) => Replica | null;
