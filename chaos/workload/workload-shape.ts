/**
 * What users do with the cluster of a campaign, drawn from the seed: plain JSON, so that a replay can hold it and a shrinker can
 * make it smaller.
 */
import { assert } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';

export interface WorkloadShape {
  /** A topic with `replication=quorum`, with a writer and a reader of its own. */
  readonly quorumTopic: boolean;
  /** Members of a consumer group; 0: none. */
  readonly members: number;
  /** Bytes added to each record: segments, journal and checkpoints then have work. */
  readonly padding: number;
  /** How many at a time make, change, look at and delete the same few topics; 0: nobody. */
  readonly admins: number;
  /** How many write to and read from those topics, by ids that may be of the past; none without {@link admins}. */
  readonly racers: number;
  /** Producers that number their records, repeat, leave gaps, and come back with old epochs. */
  readonly sequenced: number;
  /** A client that sends what is no request and no batch. */
  readonly rude: boolean;
  /** A writer that wants no answers. */
  readonly unanswered: boolean;
  /** A topic to which little is written, and by who never looks for another leader: what diverges there is not written over. */
  readonly sparse: boolean;
  /** A client sends several produce requests at a time. */
  readonly bursts: boolean;
}

/**
 * @param nodes of the cluster: no topic has more replicas
 * @param fixed what is not drawn
 */
export function drawWorkload(random: Random, nodes: number, fixed: Partial<WorkloadShape> = {}): WorkloadShape {
  assert(nodes >= 1, 'a cluster without nodes');
  return {
    quorumTopic: random.below(3) === 0,
    members: random.below(3) === 0 ? 2 : 0,
    padding: random.below(3) === 0 ? 20_000 : 0,
    admins: random.below(3) === 0 ? 1 + random.below(4) : 0,
    racers: random.below(2) === 0 ? 1 + random.below(2) : 0,
    sequenced: random.below(3) === 0 ? 1 + random.below(2) : 0,
    rude: random.below(3) === 0,
    unanswered: random.below(4) === 0,
    sparse: random.below(3) === 0,
    bursts: random.below(3) === 0,
    ...fixed,
  };
}
