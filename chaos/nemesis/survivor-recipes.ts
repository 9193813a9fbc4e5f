/**
 * Recipes about who is left: those that remain are enough by their number, and do not hold what the others did. The table of all
 * recipes is in `recipes.ts`.
 */
import { minInsyncReplicas } from '../../src/metadata/index.ts';
import { allWhole, block, duration, nameOf, shuffled } from './harm.ts';
import type { FaultContext } from './harm.ts';
import { once, slow, trio } from './recipe-steps.ts';

/** So long is waited for slow nodes to fence somebody. */
const PATIENCE_MS = 15_000;

/**
 * A leader dies when its newest records have reached one follower only; that one leads, opens its term above them, and dies, too.
 * The last one leads on without them: the others cut back below where a term began, and may find nothing new there yet.
 *
 * ```
 *  second   ──────────┤ records of the first ├ term opened here
 *  last     ──────────┤ leads from here on
 * ```
 */
export function tailsOfTwoTerms(context: FaultContext): void {
  const { cluster, random, act, later, restart } = context;
  const found = trio(context);
  if (found === null) return;
  const { leader, partition } = found;
  // Who is in sync leads in the order of the replicas.
  const [second, last] = partition.replicas.filter((node) => node !== leader);
  if (second === undefined || last === undefined) return;
  const held = duration(random, 100, 800);
  const coreOf = (node: number) =>
    cluster.node(node)?.node.hosting.partition(partition.topicId, partition.index)?.replica.core;
  const isOpened = (): boolean => {
    const core = coreOf(second);
    return core?.role.kind === 'leader' && core.role.openSequence === null && core.role.termStart > endOf(last);
  };
  const endOf = (node: number): number => coreOf(node)?.log.end ?? 0;
  for (const node of [leader, second]) slow(context, node, last, 3 * held, held + 200);
  later(held, () => {
    if (endOf(second) <= endOf(last) || !act({ kind: 'kill', node: leader })) return;
    restart(leader, duration(random, 20, 100));
    once(context, isOpened, 1000, () => {
      if (act({ kind: 'kill', node: second })) restart(second, duration(random, 20, 400));
    });
  });
}

/**
 * A leader is cut off and writes on; another commits, and dies, and a third one's term begins above that. When the first is back, the
 * third's disk stands still: the first hears how far all is committed before it hears what, and has a tail of its own there.
 *
 * ```
 *  first   ───────┤ a tail of its own           is back
 *  second  ───────├ committed ┤ dies
 *  third   ───────┼───────────┤ leads: cannot read what it is to send
 * ```
 */
export function oldTailUnread(context: FaultContext): void {
  const { cluster, random, act, later, restart } = context;
  const found = trio(context);
  if (found === null || !allWhole(cluster)) return;
  const { leader, followers, partition } = found;
  const coreOf = (node: number) =>
    cluster.node(node)?.node.hosting.partition(partition.topicId, partition.index)?.replica.core;
  const endOf = (node: number): number => coreOf(node)?.log.end ?? 0;
  /** Who of the others leads, in a term that begins above `least`. */
  const successor = (least: number): number | null => {
    const leads = (node: number): boolean => {
      const role = coreOf(node)?.role;
      return role?.kind === 'leader' && role.openSequence === null && role.termStart > least;
    };
    return followers.find(leads) ?? null;
  };
  const startOf = (node: number): number => {
    const role = coreOf(node)?.role;
    return role?.kind === 'leader' ? role.termStart : Infinity;
  };
  const hasCommitted = (): boolean => {
    const node = successor(-1);
    if (node === null || startOf(node) >= endOf(leader)) return false;
    return followers.every((other) => (coreOf(other)?.highWatermark ?? 0) > startOf(node));
  };
  const stuck = duration(random, 500, 1500);
  for (const node of cluster.numbers()) {
    block(context, nameOf(leader), nameOf(node), PATIENCE_MS);
    block(context, nameOf(node), nameOf(leader), PATIENCE_MS);
  }
  const join = (): void => {
    for (const node of cluster.numbers()) {
      if (node === leader) continue;
      act({ kind: 'unblock', from: nameOf(leader), to: nameOf(node) });
      act({ kind: 'unblock', from: nameOf(node), to: nameOf(leader) });
    }
  };
  once(context, hasCommitted, PATIENCE_MS, () => {
    const second = successor(-1);
    if (second === null) return;
    const began = startOf(second);
    if (!act({ kind: 'kill', node: second })) return join();
    restart(second, duration(random, 20, 300));
    const third = (): number | null => {
      const node = successor(began);
      return node === null || (coreOf(node)?.highWatermark ?? 0) <= began ? null : node;
    };
    once(
      context,
      () => third() !== null,
      PATIENCE_MS,
      () => {
        const node = third();
        if (node !== null && act({ kind: 'stall', node })) later(stuck, () => act({ kind: 'unstall', node }));
        join();
      },
    );
  });
}

/** With a minimum of one the set may shrink to the one that then loses its disk, when others die with it. */
function allBearLoss(cluster: FaultContext['cluster']): boolean {
  const image = cluster.image();
  const topics = [...(image?.topicsById.values() ?? [])];
  return topics.every((topic) =>
    topic.partitions.every((record) => image !== null && minInsyncReplicas(image, topic, record) > 1),
  );
}

/**
 * Half of the voters have heard nothing for a while; of the others one loses its disk, and the rest die. Those that are left are a
 * majority by their names, and nobody of them holds what was committed meanwhile: they must wait.
 */
export function wipedVoter(context: FaultContext): void {
  const { cluster, random, act, restart, budget } = context;
  const controller = cluster.controller();
  if (controller === null || !allWhole(cluster) || !allBearLoss(cluster)) return;
  const voters = (cluster.node(controller)?.node.options.config.voters ?? []).map((voter) => Number(voter.node));
  const others = shuffled(
    context,
    voters.filter((node) => node !== controller),
  );
  const late = others.slice(0, others.length / 2);
  const [wiped, ...rest] = others.slice(others.length / 2);
  if (wiped === undefined || late.length === 0) return;
  const hasCommitted = (): boolean => {
    const ends = late.map((node) => cluster.node(node)?.node.metadata?.replica.log.logEnd ?? 0);
    const metadata = cluster.node(controller)?.node.metadata ?? null;
    return metadata !== null && metadata.replica.leads && metadata.replica.highWatermark > Math.max(...ends);
  };
  const away = duration(random, 1500, 5000);
  for (const node of late)
    for (const other of cluster.numbers()) {
      block(context, nameOf(node), nameOf(other), PATIENCE_MS);
      block(context, nameOf(other), nameOf(node), PATIENCE_MS);
    }
  const join = (): void => {
    for (const node of late)
      for (const other of cluster.numbers()) {
        if (node === other) continue;
        act({ kind: 'unblock', from: nameOf(node), to: nameOf(other) });
        act({ kind: 'unblock', from: nameOf(other), to: nameOf(node) });
      }
  };
  once(context, hasCommitted, PATIENCE_MS, () => {
    // Topics may have been made meanwhile.
    const may = allBearLoss(cluster) && budget.mayWipe(wiped);
    if (!may || !act({ kind: 'kill', node: wiped })) return join();
    act({ kind: 'wipe', node: wiped });
    restart(wiped, duration(random, 20, 200));
    for (const node of [controller, ...rest]) if (act({ kind: 'kill', node })) restart(node, away);
    join();
  });
}
