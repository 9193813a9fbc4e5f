/**
 * Schedules behind which real systems lost data, as faults among others: rarely drawn by chance, so played on purpose.
 *
 * | recipe                     | what it brings about                                                               | from        |
 * |----------------------------|------------------------------------------------------------------------------------|-------------|
 * | double-failover            | a leader cut off from its followers writes on while leadership moves twice          | KIP-101, 279 |
 * | part-kill                  | who acknowledged loses its cache, and elects with who never had it                  | NATS         |
 * | failover-to-the-latecomer  | the leader dies while a follower that was away is being filled                     | KIP-966      |
 * | stale-join                 | a follower joins, loses its cache and is back before the controller hears of it    | KIP-903      |
 * | last-standing              | the set shrinks to its leader, which loses what it had; somebody else is back first | KIP-966      |
 * | slow-leader                | the newest records have reached one follower only when the leader dies             | Raft 5.4     |
 */
import type { Partition as PartitionRecord } from '../../src/metadata/index.ts';
import { block, duration, kill, losePower, nameOf, partitionOfSomething, pick, slowLink } from './harm.ts';
import type { FaultContext } from './harm.ts';

/** Between two looks at what is waited for. */
const LOOK_MS = 5;

export type RecipeName =
  | 'double-failover'
  | 'part-kill'
  | 'failover-to-the-latecomer'
  | 'stale-join'
  | 'slow-leader'
  | 'last-standing';

/** A partition, its leader and its followers, all running; null when there are none such at the moment. */
function trio(
  context: FaultContext,
): { readonly partition: PartitionRecord; readonly leader: number; readonly followers: readonly number[] } | null {
  const partition = partitionOfSomething(context);
  if (partition === null || partition.leader === null || partition.replicas.length < 3) return null;
  if (partition.replicas.some((node) => !context.cluster.isReady(node))) return null;
  const { leader, replicas } = partition;
  return { partition, leader, followers: replicas.filter((node) => node !== leader) };
}

/** Calls back once it holds; looks every few milliseconds, for so many. */
function once(context: FaultContext, holds: () => boolean, milliseconds: number, then: () => void): void {
  if (holds()) return then();
  if (milliseconds > 0) context.later(LOOK_MS, () => once(context, holds, milliseconds - LOOK_MS, then));
}

/** What `from` sends to `to` takes so many milliseconds, for a while. */
function slow(context: FaultContext, from: number, to: number, latency: number, milliseconds: number): void {
  slowLink(context, [from, to], { least: latency, tail: latency / 10 }, milliseconds);
}

/** Sometimes the disks of the others stand still when the old leader is back: it hears how far they are before it hears what they hold. */
function doubleFailover(context: FaultContext): void {
  const { cluster, random, act, later } = context;
  const found = trio(context);
  if (found === null) return;
  const { leader, followers } = found;
  const second = duration(random, 2050, 3200);
  const milliseconds = second + duration(random, 0, 600);
  for (const node of cluster.numbers()) {
    block(context, nameOf(leader), nameOf(node), milliseconds);
    block(context, nameOf(node), nameOf(leader), milliseconds);
  }
  later(second, () => {
    const next = pick(
      random,
      followers.filter((node) => cluster.leader('t', 0) === node || random.below(2) === 0),
    );
    kill(context, next ?? pick(random, followers));
  });
  if (random.below(2) === 0) return;
  const stuck = duration(random, 300, 1500);
  for (const node of followers) {
    later(milliseconds - 1, () => {
      if (act({ kind: 'stall', node })) later(stuck, () => act({ kind: 'unstall', node }));
    });
  }
}

function partKill(context: FaultContext): void {
  const found = trio(context);
  if (found === null) return;
  const { leader, followers } = found;
  const late = pick(context.random, followers);
  if (late === null) return;
  const milliseconds = duration(context.random, 100, 1000);
  slow(context, leader, late, 2 * milliseconds, milliseconds);
  context.later(milliseconds, () => {
    for (const node of [leader, ...followers]) {
      if (node !== late && context.cluster.machine(node).running) losePower(context, node, 'lose-all');
    }
  });
}

/**
 * The successor knows of what is committed later than the latecomer holds it, and leads alone: then, and only then, may the
 * latecomer look in sync.
 *
 * ```
 *  leader's log    ──────────────┬──────────┬──────────┬────────┤
 *                        successor's   latecomer's   committed: what
 *                      high watermark   log end     the successor holds
 * ```
 */
function failoverToTheLatecomer(context: FaultContext): void {
  const { act, random, later, restart } = context;
  const found = trio(context);
  const latecomer = found === null ? null : pick(random, found.followers);
  if (found === null || latecomer === null) return;
  const { leader, followers } = found;
  const far = duration(random, 30, 150);
  const further = 0.5 + random.fraction();
  const back = duration(random, 100, 1500);
  const both = back + 400 + 10 * far + duration(random, 5, 300);
  if (!act({ kind: 'kill', node: latecomer })) return;
  restart(latecomer, back);
  for (const node of followers) slow(context, leader, node, (node === latecomer ? further : 1) * far, both);
  later(both, () => kill(context, leader));
}

/** A follower has caught up and is proposed; before the controller hears of it, it has lost its cache and is back. */
function staleJoin(context: FaultContext): void {
  const { cluster, random, act, restart, budget } = context;
  const found = trio(context);
  const controller = cluster.controller();
  if (found === null || controller === null || found.leader === controller) return;
  const { leader, followers, partition } = found;
  const joining = pick(
    random,
    followers.filter((node) => node !== controller),
  );
  if (joining === null) return;
  const back = duration(random, 100, 1500);
  const isProposed = (): boolean => {
    const core = cluster.node(leader)?.node.hosting.partition(partition.topicId, partition.index)?.replica.core;
    if (core === undefined || core.role.kind !== 'leader' || core.assignment === null) return false;
    const asked = [...(core.role.proposal?.members ?? [])].some((node) => node === joining);
    return asked && !core.assignment.isr.some((node) => node === joining);
  };
  act({ kind: 'kill', node: joining });
  restart(joining, back);
  context.later(back, () => slow(context, leader, controller, duration(random, 300, 1500), 3000));
  once(context, isProposed, 4000, () => {
    if (!budget.mayLosePower(joining) || !act({ kind: 'power-loss', node: joining, mode: 'lose-all' })) return;
    restart(joining, duration(random, 1, 60));
    // What it has lost must not be back before the proposal arrives.
    slow(context, leader, joining, 2000, 2000);
  });
}

/** Both followers die, one after the other; then the leader loses its cache, its disk, or only its life. */
function lastStanding(context: FaultContext): void {
  const { cluster, random, act, later, restart, budget } = context;
  const found = trio(context);
  // Without the three there must be voters enough as soon as one is back.
  if (found === null || cluster.numbers().length < 5) return;
  const { leader, followers } = found;
  const second = duration(random, 400, 900);
  const third = second + duration(random, 200, 900);
  const [one, other] = followers;
  if (one === undefined || other === undefined || !act({ kind: 'kill', node: one })) return;
  const first = pick(random, [leader, one]);
  const back = (node: number): number => (node === first ? duration(random, 20, 300) : duration(random, 1500, 4000));
  restart(one, third + back(one));
  later(second, () => {
    if (act({ kind: 'kill', node: other })) restart(other, third - second + back(other));
  });
  later(third, () => {
    if (!cluster.machine(leader).running) return;
    const how = random.below(3);
    if (how === 0 && budget.mayWipe(leader)) {
      act({ kind: 'kill', node: leader });
      act({ kind: 'wipe', node: leader });
    } else if (how === 1 && budget.mayLosePower(leader)) {
      act({ kind: 'power-loss', node: leader, mode: 'lose-all' });
    } else act({ kind: 'kill', node: leader });
    restart(leader, back(leader));
  });
}

function slowLeader(context: FaultContext): void {
  const { cluster, random, later } = context;
  const controller = random.below(2) === 0 ? cluster.controller() : null;
  const leader = controller ?? trio(context)?.leader ?? null;
  if (leader === null) return;
  const others = cluster.numbers().filter((node) => node !== leader);
  const reached = pick(random, others);
  const milliseconds = duration(random, 20, 500);
  for (const node of others) if (node !== reached) slow(context, leader, node, 2 * milliseconds, milliseconds);
  later(milliseconds, () => kill(context, leader));
}

export const RECIPES: Readonly<Record<RecipeName, (context: FaultContext) => void>> = {
  'double-failover': doubleFailover,
  'part-kill': partKill,
  'failover-to-the-latecomer': failoverToTheLatecomer,
  'stale-join': staleJoin,
  'slow-leader': slowLeader,
  'last-standing': lastStanding,
};
