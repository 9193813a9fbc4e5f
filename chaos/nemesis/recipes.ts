/**
 * Schedules behind which real systems lost data, as faults among others: rarely drawn by chance, so played on purpose.
 *
 * | recipe                     | what it brings about                                                               | from        |
 * |----------------------------|------------------------------------------------------------------------------------|-------------|
 * | double-failover            | a leader cut off from its followers writes on while leadership moves twice          | KIP-101, 279 |
 * | part-kill                  | who acknowledged loses its cache, and elects with who never had it                  | NATS         |
 * | failover-to-the-latecomer  | the leader dies while a follower that was away is being filled                     | KIP-966      |
 * | stale-join                 | a follower joins, loses its cache and is back before the controller hears of it    | KIP-903      |
 * | slow-leader                | the newest records have reached one follower only when the leader dies             | Raft 5.4     |
 */
import { block, duration, kill, losePower, nameOf, partitionOfSomething, pick, slowLink } from './harm.ts';
import type { FaultContext } from './harm.ts';

export type RecipeName = 'double-failover' | 'part-kill' | 'failover-to-the-latecomer' | 'stale-join' | 'slow-leader';

/** A leader and its followers, all running; null when there are none such at the moment. */
function trio(context: FaultContext): { readonly leader: number; readonly followers: readonly number[] } | null {
  const partition = partitionOfSomething(context);
  if (partition === null || partition.leader === null || partition.replicas.length < 3) return null;
  if (partition.replicas.some((node) => !context.cluster.isReady(node))) return null;
  const { leader, replicas } = partition;
  return { leader, followers: replicas.filter((node) => node !== leader) };
}

/** What `from` sends to `to` takes so many milliseconds, for a while. */
function slow(context: FaultContext, from: number, to: number, latency: number, milliseconds: number): void {
  slowLink(context, [from, to], { least: latency, tail: latency / 10 }, milliseconds);
}

function doubleFailover(context: FaultContext): void {
  const { cluster, random, later } = context;
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

function failoverToTheLatecomer(context: FaultContext): void {
  const { act, random, later, restart } = context;
  const found = trio(context);
  const latecomer = found === null ? null : pick(random, found.followers);
  if (found === null || latecomer === null) return;
  const back = duration(random, 100, 2500);
  const both = back + duration(random, 5, 200);
  act({ kind: 'kill', node: latecomer });
  restart(latecomer, back);
  slow(context, found.leader, latecomer, duration(random, 0.1, 20), both);
  later(both, () => kill(context, found.leader));
}

function staleJoin(context: FaultContext): void {
  const { cluster, random, act, later, restart, budget } = context;
  const found = trio(context);
  const controller = cluster.controller();
  if (found === null || controller === null || found.leader === controller) return;
  const joining = pick(
    random,
    found.followers.filter((node) => node !== controller),
  );
  if (joining === null || !budget.mayLosePower(joining)) return;
  const back = duration(random, 100, 1500);
  act({ kind: 'kill', node: joining });
  restart(joining, back);
  later(back, () => slow(context, found.leader, controller, duration(random, 50, 400), 400));
  later(back + duration(random, 10, 150), () => {
    if (!cluster.machine(joining).running) return;
    act({ kind: 'power-loss', node: joining, mode: 'lose-all' });
    restart(joining, duration(random, 1, 60));
    // What it has lost must not be back before the proposal arrives.
    slow(context, found.leader, joining, 800, 800);
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
};
