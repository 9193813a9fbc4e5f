/**
 * Schedules for what the leader of a partition and the controller decide together: who is in sync. Between the leader's wish and
 * the controller's answer there is a time in which either may be what counts; these make it long, and let something happen in it.
 *
 * | recipe              | what happens while a proposal is under way, or a term is young                          | from          |
 * |---------------------|------------------------------------------------------------------------------------------|---------------|
 * | open-proposal       | who is to join falls behind, or is cut off                                               | KIP-497       |
 * | late-proposal       | who is to join is cut off; another is fenced and back before the proposal arrives       | KAFKA-14139   |
 * | below-the-minimum   | the set is its leader; one joins, and one that is eligible stays away                    | KIP-966       |
 * | stale-connection    | a follower loses its cache and is back, the leader knows what it held before           | KIP-966       |
 * | forgotten-leader    | a leader that only clients reach has a successor for long, and does not know            | KIP-320       |
 * | term-alone          | a candidate dies with a term that nobody else has heard of                               | Raft 5.1      |
 *
 * Most need a controller that has no replica of the partition: clusters of five show them more often.
 */
import type { Partition as PartitionRecord } from '../../src/metadata/index.ts';
import { block, duration, nameOf, pick, slowLink } from './harm.ts';
import type { FaultContext } from './harm.ts';
import { isProposed, once, part, slow, trio } from './recipe-steps.ts';

export type InSyncRecipeName =
  | 'open-proposal'
  | 'late-proposal'
  | 'below-the-minimum'
  | 'stale-connection'
  | 'forgotten-leader'
  | 'term-alone';

interface Scene {
  readonly partition: PartitionRecord;
  readonly controller: number;
  readonly leader: number;
  /** The follower that something is done to, and another one. */
  readonly joining: number;
  readonly staying: number;
}

/** A leader and two followers, `joining` and maybe all of them not the controller. */
function scene(context: FaultContext): Scene | null {
  const found = trio(context);
  const controller = context.cluster.controller();
  if (found === null || controller === null || found.leader === controller) return null;
  const { partition, leader, followers } = found;
  const joining = pick(
    context.random,
    followers.filter((node) => node !== controller),
  );
  const staying = pick(
    context.random,
    followers.filter((node) => node !== joining),
  );
  return joining === null || staying === null ? null : { partition, controller, leader, joining, staying };
}

/** Neither hears the other for so long, from now on. */
function apart(context: FaultContext, one: number, other: number, milliseconds: number): void {
  part(context, one, other);
  block(context, nameOf(one), nameOf(other), milliseconds);
  block(context, nameOf(other), nameOf(one), milliseconds);
}

/** A node without a part in it is away for a moment: metadata moves, and says nothing of the partition. */
function moveMetadata({ cluster, act, random, restart }: FaultContext, { partition, controller }: Scene): void {
  const others = cluster.numbers().filter((node) => !partition.replicas.some((replica) => replica === node));
  const node = pick(
    random,
    others.filter((other) => other !== controller),
  );
  if (node !== null && act({ kind: 'kill', node })) restart(node, duration(random, 1, 100));
}

function openProposal(context: FaultContext): void {
  const { random, act, restart, later } = context;
  const found = scene(context);
  if (found === null || !act({ kind: 'kill', node: found.joining })) return;
  const { partition, controller, leader, joining } = found;
  const back = duration(random, 100, 1500);
  const open = duration(random, 300, 1500);
  const isCut = random.below(2) === 0;
  restart(joining, back);
  later(back, () => slow(context, leader, controller, open, 4000));
  once(
    context,
    () => isProposed(context, leader, joining, partition),
    back + 3000,
    () => {
      if (!isCut) return slow(context, leader, joining, 2 * open, 2 * open);
      apart(context, leader, joining, 2 * open);
      moveMetadata(context, found);
    },
  );
}

/** How much later a link becomes at a time, and how often, so that nobody takes it for silent. */
const LATER = { step: 500, steps: 9, everyMs: 300 } as const;
/** A session, and some more. */
const FENCED_MS = 2050;

function lateProposal(context: FaultContext): void {
  const { random, act, restart, later } = context;
  const found = scene(context);
  if (found === null || found.staying === found.controller || !act({ kind: 'kill', node: found.joining })) return;
  const { partition, controller, leader, joining, staying } = found;
  const ramp = LATER.steps * LATER.everyMs;
  apart(context, leader, joining, ramp);
  restart(joining, duration(random, 20, 500));
  for (let step = 1; step <= LATER.steps; step += 1) {
    const isLast = step === LATER.steps;
    later(step * LATER.everyMs, () => {
      const latency = { least: step * LATER.step, tail: 1 };
      if (isLast) slowLink(context, [leader, controller], latency, (LATER.steps + 2) * LATER.step);
      else act({ kind: 'latency', from: nameOf(leader), to: nameOf(controller), ...latency });
    });
  }
  const asked = (): boolean => isProposed(context, leader, joining, partition);
  once(context, asked, ramp + 3000, () => {
    apart(context, leader, joining, LATER.steps * LATER.step);
    block(context, nameOf(staying), nameOf(controller), FENCED_MS + duration(random, 0, 500));
  });
}

function belowTheMinimum(context: FaultContext): void {
  const { cluster, random, act, restart, later } = context;
  const found = scene(context);
  // Two are away: the others must be a majority of the voters.
  if (found === null || found.staying === found.controller || cluster.numbers().length < 5) return;
  const { partition, controller, leader, joining, staying } = found;
  const isAlone = (): boolean => {
    const record = cluster.image()?.topicsById.get(partition.topicId)?.partitions[partition.index];
    return record?.leader === leader && record.isr.length === 1;
  };
  const second = duration(random, 300, 1500);
  if (!act({ kind: 'kill', node: joining })) return;
  later(second, () => act({ kind: 'kill', node: staying }));
  restart(joining, 9000);
  restart(staying, 9000);
  once(context, isAlone, 8000, () => {
    const milliseconds = duration(random, 2000, 5000);
    apart(context, leader, staying, milliseconds);
    slow(context, leader, controller, duration(random, 300, 1500), milliseconds);
    restart(staying, 1);
    restart(joining, duration(random, 1, 500));
  });
}

/** What is committed stands still meanwhile: what the follower held before would be enough. */
function staleConnection(context: FaultContext): void {
  const { random, act, restart, later, budget } = context;
  const found = scene(context);
  if (found === null || found.staying === found.controller || !budget.mayLosePower(found.joining)) return;
  const { leader, joining, staying } = found;
  const milliseconds = duration(random, 800, 1900);
  if (!act({ kind: 'stall', node: staying })) return;
  later(milliseconds, () => act({ kind: 'unstall', node: staying }));
  if (!act({ kind: 'power-loss', node: joining, mode: 'lose-all' })) return;
  restart(joining, duration(random, 1, 60));
  slow(context, joining, leader, duration(random, 100, 450), 2 * milliseconds);
}

function forgottenLeader(context: FaultContext): void {
  const leader = trio(context)?.leader ?? null;
  if (leader === null) return;
  const milliseconds = duration(context.random, 3000, 9000);
  for (const node of context.cluster.numbers()) {
    block(context, nameOf(leader), nameOf(node), milliseconds);
    block(context, nameOf(node), nameOf(leader), milliseconds);
  }
}

/** Its election has begun, on its disk too, and nobody has heard of it. */
function termAlone(context: FaultContext): void {
  const { cluster, random, act, restart } = context;
  const leader = cluster.controller();
  if (leader === null) return;
  const others = cluster.numbers().filter((node) => node !== leader);
  const milliseconds = 2500;
  for (const node of others) {
    block(context, nameOf(leader), nameOf(node), milliseconds);
    for (const other of others) if (other !== node) slow(context, node, other, 40, milliseconds);
  }
  const candidate = (): number | null =>
    others.find((node) => {
      const core = cluster.node(node)?.node.metadata?.replica.core;
      return core?.role.kind === 'candidate' && core.issued.term === core.term;
    }) ?? null;
  once(
    context,
    () => candidate() !== null,
    milliseconds,
    () => {
      const node = candidate();
      if (node === null) return;
      for (const other of cluster.numbers()) if (other !== node) part(context, node, other);
      if (act({ kind: 'kill', node })) restart(node, duration(random, 50, 800));
      for (const other of others) act({ kind: 'unblock', from: nameOf(leader), to: nameOf(other) });
    },
  );
}

export const IN_SYNC_RECIPES: Readonly<Record<InSyncRecipeName, (context: FaultContext) => void>> = {
  'open-proposal': openProposal,
  'late-proposal': lateProposal,
  'below-the-minimum': belowTheMinimum,
  'stale-connection': staleConnection,
  'forgotten-leader': forgottenLeader,
  'term-alone': termAlone,
};
