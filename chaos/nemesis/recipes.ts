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
 * | deposed-controller         | clients reach a controller that has lost its office and does not know               | etcd#741     |
 * | deposed-newcomer           | that controller is one whose life has just begun: what it is asked, it decides      | design 3     |
 * | deposed-coordinator        | the same for who coordinates a consumer group                                       | design 3     |
 * | two-coordinators-die       | who has replayed what one other held dies before the third holds it                 | design 3     |
 * | unnamed-snapshot           | dies when a received snapshot has its name, is back, and loses that name            | etcd#6368    |
 * | slow-leader                | the newest records have reached one follower only when the leader dies             | Raft 5.4     |
 * | tails-of-two-terms         | two leaders die in turn, and the third lacks what the second opened its term above | design 2.1   |
 * | old-tail-unread            | an old leader is back with its tail when the third one's disk stands still          | KAFKA-14704 |
 * | wiped-voter                | of who knows what is committed one loses its disk, and the others are away         | KIP-853      |
 *
 * Those around the syncs of a store are in `crash-recipes.ts`.
 */
import { OFFSETS_TOPIC } from '../../src/coordinator/index.ts';
import type { Partition as PartitionRecord } from '../../src/metadata/index.ts';
import { TRANSACTIONS_TOPIC } from '../../src/transactions/index.ts';
import { CRASH_RECIPES } from './crash-recipes.ts';
import type { CrashRecipeName } from './crash-recipes.ts';
import { block, duration, kill, losePower, nameOf, pick } from './harm.ts';
import type { FaultContext } from './harm.ts';
import { isProposed, once, part, slow, trio } from './recipe-steps.ts';
import { oldTailUnread, tailsOfTwoTerms, wipedVoter } from './survivor-recipes.ts';

export type RecipeName =
  | CrashRecipeName
  | 'double-failover'
  | 'part-kill'
  | 'failover-to-the-latecomer'
  | 'stale-join'
  | 'deposed-controller'
  | 'deposed-newcomer'
  | 'deposed-coordinator'
  | 'two-coordinators-die'
  | 'unnamed-snapshot'
  | 'slow-leader'
  | 'last-standing'
  | 'tails-of-two-terms'
  | 'old-tail-unread'
  | 'wiped-voter';

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
  const further = 0.8 + 0.7 * random.fraction();
  const back = duration(random, 100, 1500);
  const both = back + 400 + 10 * far + duration(random, 5, 300);
  if (!act({ kind: 'kill', node: latecomer })) return;
  restart(latecomer, back);
  for (const node of followers) slow(context, leader, node, (node === latecomer ? further : 1) * far, both);
  // What they have acknowledged comes to be committed, they do not hear of it, and users do.
  const unheard = 50 + 600 * random.fraction();
  // How long who succeeds does not hear from the latecomer, and cannot commit.
  const wait = random.below(2) === 0 ? null : duration(random, 100, 800);
  later(both - unheard, () => {
    for (const node of followers) block(context, nameOf(leader), nameOf(node), unheard + 50);
  });
  later(both, () => {
    // What is on the way would tell them.
    for (const node of followers) part(context, leader, node);
    kill(context, leader);
    if (wait === null) return;
    for (const node of followers)
      for (const other of followers) if (other !== node) slow(context, node, other, wait, 5000);
  });
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
  act({ kind: 'kill', node: joining });
  restart(joining, back);
  context.later(back, () => slow(context, leader, controller, duration(random, 300, 1500), 3000));
  const asked = (): boolean => isProposed(context, leader, joining, partition);
  once(context, asked, 4000, () => {
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

/**
 * A node is away until the metadata log begins above what it holds, gets a snapshot, and dies between giving it its name and syncing
 * that. What it does with it in the next life must hold through a power loss.
 */
function unnamedSnapshot(context: FaultContext): void {
  const { cluster, random, act, later, restart } = context;
  const controller = cluster.controller();
  const away = pick(
    random,
    cluster.numbers().filter((node) => node !== controller && cluster.isReady(node)),
  );
  const had = away === null ? undefined : cluster.node(away)?.node.image().end;
  if (away === null || had === undefined || !act({ kind: 'kill', node: away })) return;
  const isBehind = (): boolean =>
    cluster
      .nodes()
      .some(({ node }) => (node.metadata?.replica.log.logStart ?? 0) > had && node.controller.status().term !== null);
  const [back, works] = [duration(random, 20, 500), duration(random, 100, 2000)];
  restart(away, 20_000);
  once(context, isBehind, 15_000, () => {
    if (cluster.machine(away).running || !act({ kind: 'start', node: away })) return;
    act({ kind: 'kill-at', node: away, operation: 1, phase: 'done', name: 'rename', path: '/logs/@metadata' });
    const isDead = (): boolean => !cluster.machine(away).running;
    once(context, isDead, 3000, () => {
      restart(away, back);
      later(back + works, () => losePower(context, away, 'lose-all'));
    });
  });
}

/** Clients reach it. */
function cutFromNodes(context: FaultContext, one: number, milliseconds: number): void {
  for (const node of context.cluster.numbers()) {
    block(context, nameOf(one), nameOf(node), milliseconds);
    block(context, nameOf(node), nameOf(one), milliseconds);
  }
}

/** One where consumer groups or transactions are stored; null while there is none. */
function coordinatorPartition({ cluster, random }: FaultContext): PartitionRecord | null {
  const used = [OFFSETS_TOPIC, TRANSACTIONS_TOPIC].flatMap((topic) =>
    (cluster.image()?.topicsByName.get(topic)?.partitions ?? []).filter(
      // Groups are few: most of these hold nothing.
      ({ leader, index }) => leader !== null && (cluster.replica(leader, topic, index)?.highWatermark ?? 0) > 0,
    ),
  );
  return pick(random, used);
}

/** What members commit then, nobody else has; who looks how far they are is told of it, or waits. */
function deposedCoordinator(context: FaultContext): void {
  const found = trio(context, coordinatorPartition(context));
  if (found !== null) cutFromNodes(context, found.leader, duration(context.random, 1500, 9000));
}

/**
 * ```
 *  first   ──────────┬───┤ dies
 *  second  ──────────┼───┤ leads: may it show this?   dies
 *  third   ──────────┤ waits for it …                        leads
 * ```
 */
function twoCoordinatorsDie(context: FaultContext): void {
  const { random, act, later, restart } = context;
  const found = trio(context, coordinatorPartition(context));
  const second = found === null ? null : pick(random, found.followers);
  if (found === null || second === null) return;
  const { leader, followers } = found;
  const [writes, leads, gone] = [duration(random, 50, 500), duration(random, 200, 2500), duration(random, 300, 3000)];
  for (const third of followers) {
    if (third === second) continue;
    slow(context, leader, third, 2 * writes, writes);
    slow(context, second, third, 2 * (writes + leads), writes + leads);
  }
  later(writes, () => {
    if (act({ kind: 'kill', node: leader })) restart(leader, leads + gone);
  });
  later(writes + leads, () => {
    if (act({ kind: 'kill', node: second })) restart(second, gone);
  });
}

/**
 * Cut off from the nodes and not from clients, the controller leads on until it misses the others, and they elect a little earlier.
 * Its clock may be slow by as much as clocks are; sometimes it stands still first.
 */
function deposedController(context: FaultContext): void {
  const { cluster, random, act, later } = context;
  const controller = cluster.controller();
  if (controller === null || cluster.numbers().length < 3) return;
  const milliseconds = duration(random, 1200, 12_000);
  cutFromNodes(context, controller, milliseconds);
  if (random.below(2) === 0 && act({ kind: 'rate', node: controller, rate: 0.95 }))
    later(milliseconds, () => act({ kind: 'rate', node: controller, rate: 1 }));
  if (random.below(4) === 0 && act({ kind: 'pause', node: controller }))
    later(duration(random, 100, 2000), () => act({ kind: 'resume', node: controller }));
}

/** One node after the other begins a life, the controller last; if the first is its heir, it is deposed at once. */
function deposedNewcomer(context: FaultContext): void {
  const { cluster, random, act, restart } = context;
  const controller = cluster.controller();
  const newcomer = pick(
    random,
    cluster.numbers().filter((node) => node !== controller && cluster.isReady(node)),
  );
  if (controller === null || newcomer === null || !act({ kind: 'kill', node: newcomer })) return;
  const back = duration(random, 20, 300);
  restart(newcomer, back);
  context.later(back, () =>
    once(
      context,
      () => cluster.isReady(newcomer),
      4000,
      () => {
        if (!act({ kind: 'kill', node: controller })) return;
        restart(controller, duration(random, 20, 1000));
        const leads = (): boolean => cluster.node(newcomer)?.node.controller.status().state === 'active';
        once(
          context,
          () => leads() && cluster.isReady(controller),
          8000,
          () => deposedController(context),
        );
      },
    ),
  );
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
  'deposed-controller': deposedController,
  'deposed-newcomer': deposedNewcomer,
  'deposed-coordinator': deposedCoordinator,
  'two-coordinators-die': twoCoordinatorsDie,
  'unnamed-snapshot': unnamedSnapshot,
  'slow-leader': slowLeader,
  'last-standing': lastStanding,
  'tails-of-two-terms': tailsOfTwoTerms,
  'old-tail-unread': oldTailUnread,
  'wiped-voter': wipedVoter,
  ...CRASH_RECIPES,
};
