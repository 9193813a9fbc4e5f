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
