/**
 * Who leads an isr partition: a pure choice among its replicas.
 *
 * ```
 *  the present leader, if it may stay ─▶ first live replica in the ISR ─▶ first live one in the ELR
 *     ─▶ every member of the last ISR ∪ ELR came back lossy: the one with the greatest (last term, end)
 *     ─▶ unclean allowed: the lossy one with the greatest (last term, end), else the first live one ─▶ none
 *           never one whose log has failed; one whose disk is empty only when no other copy is live, however old
 * ```
 *
 * "First" is by order of assignment. Live: registered, unfenced and not leaving. A leaving leader keeps the partition
 * while nobody else may have it without loss. Only the last two steps may lose records, and they say so.
 */
import type { NodeId } from '../../raft/index.ts';
import type { Broker, LossyReplica, MetadataImage, Partition } from '../metadata/index.ts';

export interface ElectionRules {
  /** Prefer the first replica in the ISR to the present leader. */
  readonly preferred: boolean;
  /** Any live replica will do if nobody else can lead (config, or an operator's word). */
  readonly unclean: boolean;
  /** When may a lossy replica lead because nobody intact is left: never without an operator, once all lossy ones are live, or now. */
  readonly lossy: 'never' | 'when-all-live' | 'now';
}

export interface Elected {
  readonly leader: NodeId;
  readonly from: 'isr' | 'elr' | 'lossy' | 'unclean';
}

type Candidates = Pick<Partition, 'replicas' | 'isr' | 'elr' | 'lossy' | 'leader' | 'leaderIncarnation'>;
type Brokers = MetadataImage['brokers'];

export function isLive(broker: Broker | undefined): broker is Broker {
  return broker !== undefined && !broker.fenced && !broker.leaving;
}

/** Null: nobody can lead under these rules. */
export function electLeader(partition: Candidates, brokers: Brokers, rules: ElectionRules): Elected | null {
  const { replicas, isr, elr, leader } = partition;
  const live = replicas.filter((node) => isLive(brokers.get(node)));
  const stays = leader !== null && isr.includes(leader) && isSameLife(partition, brokers);
  if (stays && live.includes(leader) && !rules.preferred) return { leader, from: 'isr' };
  const inSync = live.find((node) => isr.includes(node));
  if (inSync !== undefined) return { leader: inSync, from: 'isr' };
  if (stays) return { leader, from: 'isr' };
  const eligible = live.find((node) => elr.includes(node));
  if (eligible !== undefined) return { leader: eligible, from: 'elr' };
  return electWithLoss(partition, live, rules);
}

/** The leader's broker is up (leaving or not) and in the life in which it was appointed. */
function isSameLife(partition: Candidates, brokers: Brokers): boolean {
  const broker = partition.leader === null ? undefined : brokers.get(partition.leader);
  return broker !== undefined && !broker.fenced && broker.incarnation === partition.leaderIncarnation;
}

function electWithLoss(partition: Candidates, live: readonly NodeId[], rules: ElectionRules): Elected | null {
  const { isr, elr } = partition;
  const lossy = partition.lossy.filter((each) => !each.failed);
  const failed = partition.lossy.filter((each) => each.failed).map((each) => each.node);
  const present = lossy.filter((each) => live.includes(each.node));
  const best = greatest(present);
  // Somebody in ISR or ELR is away and may be intact: only "unclean" may go on without it.
  const nobodyIntact = isr.length === 0 && elr.length === 0;
  const waited = rules.lossy === 'now' || (rules.lossy === 'when-all-live' && present.length === lossy.length);
  const older = live.find((node) => !failed.includes(node) && !lossy.some((each) => each.node === node));
  const other = best === null || best.end === 0 ? older : undefined;
  if (best !== null && nobodyIntact && waited)
    return other === undefined ? { leader: best.node, from: 'lossy' } : { leader: other, from: 'unclean' };
  if (!rules.unclean) return null;
  const leader = other ?? best?.node;
  return leader === undefined ? null : { leader, from: 'unclean' };
}

/** The longest log of the newest term: the Raft test (thesis 3.6.1) loses least here too. First in order wins a tie. */
function greatest(replicas: readonly LossyReplica[]): LossyReplica | null {
  let best: LossyReplica | null = null;
  for (const each of replicas) {
    if (best === null || each.lastTerm > best.lastTerm || (each.lastTerm === best.lastTerm && each.end > best.end))
      best = each;
  }
  return best;
}
