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
import { duration, kill, losePower, partitionOfSomething, pick } from './harm.ts';
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

function later({ cluster, active }: FaultContext, delay: number, act: () => void): void {
  cluster.world.after(delay, () => {
    if (active()) act();
  });
}

/** What `from` sends to `to` is slow for a while. */
function slow({ cluster }: FaultContext, from: number, to: number, latency: number, milliseconds: number): void {
  const { network } = cluster.world;
  const [source, target] = [cluster.machine(from), cluster.machine(to)];
  network.setLatency(source, target, { least: latency, tail: latency / 10 });
  cluster.world.after(milliseconds, () => network.setLatency(source, target, network.links.defaultLatency));
}

function doubleFailover(context: FaultContext): void {
  const { cluster, random, note } = context;
  const found = trio(context);
  if (found === null) return;
  const { leader, followers } = found;
  const { network } = cluster.world;
  note(`double failover away from ${leader}`);
  const nodes = cluster.numbers().filter((node) => node !== leader);
  for (const node of nodes) network.partition([cluster.machine(leader)], [cluster.machine(node)]);
  const second = duration(random, 2050, 3200);
  later(context, second, () => {
    const next = pick(
      random,
      followers.filter((node) => cluster.leader('t', 0) === node || random.below(2) === 0),
    );
    kill(context, next ?? pick(random, followers));
  });
  cluster.world.after(second + duration(random, 0, 600), () => {
    for (const node of nodes) {
      network.unblock(cluster.machine(leader), cluster.machine(node));
      network.unblock(cluster.machine(node), cluster.machine(leader));
    }
  });
}

function partKill(context: FaultContext): void {
  const found = trio(context);
  if (found === null) return;
  const { leader, followers } = found;
  const late = pick(context.random, followers);
  if (late === null) return;
  const milliseconds = duration(context.random, 100, 1000);
  context.note(`part kill of ${leader}, ${late} held back`);
  slow(context, leader, late, 2 * milliseconds, milliseconds);
  later(context, milliseconds, () => {
    for (const node of [leader, ...followers]) {
      if (node !== late && context.cluster.machine(node).running) losePower(context, node, 'lose-all');
    }
  });
}

function failoverToTheLatecomer(context: FaultContext): void {
  const { cluster, random, note } = context;
  const found = trio(context);
  const latecomer = found === null ? null : pick(random, found.followers);
  if (found === null || latecomer === null) return;
  note(`kill ${latecomer}, and ${found.leader} when it is back`);
  const back = duration(random, 100, 2500);
  const both = back + duration(random, 5, 200);
  cluster.kill(latecomer);
  context.restart(latecomer, back);
  slow(context, found.leader, latecomer, duration(random, 0.1, 20), both);
  later(context, both, () => kill(context, found.leader));
}

function staleJoin(context: FaultContext): void {
  const { cluster, random, note, restart } = context;
  const found = trio(context);
  const controller = cluster.controller();
  if (found === null || controller === null || found.leader === controller) return;
  const joining = pick(
    random,
    found.followers.filter((node) => node !== controller),
  );
  if (joining === null || !context.mayLosePower(joining)) return;
  note(`${joining} joins slowly, and loses its power`);
  const back = duration(random, 100, 1500);
  cluster.kill(joining);
  restart(joining, back);
  later(context, back, () => slow(context, found.leader, controller, duration(random, 50, 400), 400));
  later(context, back + duration(random, 10, 150), () => {
    if (!cluster.machine(joining).running) return;
    note(`power loss ${joining} lose-all`);
    cluster.powerLoss(joining, 'lose-all');
    restart(joining, duration(random, 1, 60));
    // What it has lost must not be back before the proposal arrives.
    slow(context, found.leader, joining, 800, 800);
  });
}

function slowLeader(context: FaultContext): void {
  const { cluster, random, note } = context;
  const controller = random.below(2) === 0 ? cluster.controller() : null;
  const leader = controller ?? trio(context)?.leader ?? null;
  if (leader === null) return;
  const others = cluster.numbers().filter((node) => node !== leader);
  const reached = pick(random, others);
  const milliseconds = duration(random, 20, 500);
  note(`slow leader ${leader}, reaches ${reached}`);
  for (const node of others) if (node !== reached) slow(context, leader, node, 2 * milliseconds, milliseconds);
  later(context, milliseconds, () => kill(context, leader));
}

export const RECIPES: Readonly<Record<RecipeName, (context: FaultContext) => void>> = {
  'double-failover': doubleFailover,
  'part-kill': partKill,
  'failover-to-the-latecomer': failoverToTheLatecomer,
  'stale-join': staleJoin,
  'slow-leader': slowLeader,
};
