/** `flotilla cluster status | quorum` and `flotilla partition describe`. */
import type {
  BoundedList,
  BrokerStatus,
  ClusterStatusView,
  PartitionName,
  PartitionView,
  QuorumView,
} from '../../admin/index.ts';
import type { ClusterAccess } from '../cluster-access.ts';
import type { CliContext } from '../context.ts';
import { show } from '../context.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { bytesText, counted, facts, table } from '../output.ts';
import type { Shown } from '../output.ts';
import { requirePartition } from './partition.ts';

const SHOWN_PARTITIONS = 10;

/** A broker, and whether its admin server answered this command. */
interface SeenBroker extends BrokerStatus {
  readonly reachable: boolean;
}

interface SeenStatus extends ClusterStatusView {
  readonly brokers: readonly SeenBroker[];
}

function brokerState({ fenced, leaving, reachable }: SeenBroker): string {
  if (fenced) return reachable ? 'fenced' : 'fenced, unreachable';
  if (!reachable) return 'unreachable';
  return leaving ? 'leaving' : 'serving';
}

/**
 * The cluster's status, and what this command itself saw: a node that was stopped a moment ago is silent before the cluster
 * has fenced it. One that refuses connections changes no verdict: the others notice a process that died before we do, and
 * an admin server may be there for its own host only.
 */
async function seenStatus(access: ClusterAccess): Promise<SeenStatus> {
  const { status, reach } = await access.statusAndReach();
  const brokers = status.brokers.map((broker) => ({ ...broker, reachable: reach.get(broker.node) === 'answers' }));
  const silent = brokers.filter(({ node, fenced }) => !fenced && reach.get(node) === 'silent');
  if (silent.length === 0) return { ...status, brokers };
  const reasons = [...status.reasons, ...silent.map(({ node, admin }) => `node ${node} does not answer at ${admin}`)];
  return { ...status, brokers, reasons, verdict: status.verdict === 'healthy' ? 'degraded' : status.verdict };
}

function namesText({ count, first }: BoundedList<PartitionName>): string {
  if (count === 0) return 'none';
  const names = first.slice(0, SHOWN_PARTITIONS).map(({ topic, partition }) => `${topic}-${partition}`);
  return `${names.join(' ')}${count > names.length ? ` and ${count - names.length} more` : ''}`;
}

/** The table of a status: nodes, then what is wrong. */
export function statusTable(status: SeenStatus): string {
  const headers = ['node', 'roles', 'state', 'kafka', 'admin', 'leaders', 'replicas', 'metadata lag'];
  const rows = status.brokers.map((broker) => [
    broker.node,
    broker.roles.join(','),
    brokerState(broker),
    broker.kafka,
    broker.admin,
    broker.leaders,
    broker.replicas,
    broker.metadataLag,
  ]);
  const head = facts([
    ['cluster', status.clusterId],
    ['controller', status.controller],
    ['metadata term', status.metadataTerm],
    ['topics', `${status.topics} with ${counted(status.partitions, 'partition')}`],
  ]);
  const tail = facts([
    ['under-replicated', namesText(status.underReplicated)],
    ['below min.insync', namesText(status.underMinIsr)],
    ['leaderless', namesText(status.leaderless)],
    ['unclean elections', status.uncleanElections],
    ['verdict', `${status.verdict}${status.reasons.length === 0 ? '' : `: ${status.reasons.join('; ')}`}`],
  ]);
  return `${head}\n\n${table(headers, rows)}\n\n${tail}`;
}

function statusShown(status: SeenStatus): Shown {
  return { value: status, items: status.brokers, table: () => statusTable(status) };
}

const CLEAR = '\u001b[H\u001b[2J';

/** Exits 10 unless healthy. `watch`: again every so many seconds, until Ctrl-C. */
export async function clusterStatus(context: CliContext, options: { readonly watch?: number }): Promise<number> {
  const { access } = context;
  if (options.watch === undefined) {
    const status = await seenStatus(access);
    await show(context, statusShown(status));
    return status.verdict === 'healthy' ? EXIT.ok : EXIT.unhealthy;
  }
  let ended = false;
  context.onInterrupt(() => {
    ended = true;
    access.close();
  });
  while (!ended) {
    try {
      const shown = statusShown(await seenStatus(access));
      if (context.format === 'table') context.write(CLEAR);
      await show(context, context.format === 'jsonl' ? { ...shown, items: [shown.value] } : shown);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      context.note(`flotilla: ${error.message}`);
    }
    await access.kafka.sleep(options.watch * 1000);
  }
  return EXIT.ok;
}

/** One node of the metadata group, from its own view and from the leader's. */
interface QuorumNode {
  readonly node: number;
  readonly kind: 'voter' | 'observer';
  readonly role: string | null;
  readonly term: number | null;
  readonly highWatermark: number | null;
  readonly endOffset: number | null;
  readonly lag: number | null;
  readonly lastContactMs: number | null;
  /** Its admin server answered. */
  readonly reachable: boolean;
}

export async function clusterQuorum(context: CliContext): Promise<void> {
  const { access } = context;
  const { brokers, controller } = await access.status();
  const asked = brokers.map(
    async ({ node, admin }) => [node, (await access.getOrNull(admin, '/v1/quorum')) as QuorumView | null] as const,
  );
  const views = new Map(await Promise.all(asked));
  const leader =
    (controller === null ? null : views.get(controller)) ??
    [...views.values()].find((view) => view?.role === 'leader') ??
    [...views.values()].find((view) => view !== null) ??
    null;
  if (leader === null) throw new CliError(EXIT.unreachable, 'no node answered', 'see `flotilla cluster status`');
  const nodes: readonly QuorumNode[] = leader.members.map((member) => {
    const own = views.get(member.node) ?? null;
    return {
      node: member.node,
      kind: member.kind,
      role: own?.role ?? member.role,
      term: own?.term ?? null,
      highWatermark: own?.highWatermark ?? null,
      endOffset: own?.endOffset ?? member.endOffset,
      lag: member.lag,
      lastContactMs: member.lastContactMs,
      reachable: own !== null,
    };
  });
  const value = {
    leader: leader.leader,
    term: leader.term,
    highWatermark: leader.highWatermark,
    endOffset: leader.endOffset,
    nodes,
  };
  const headers = ['node', 'role', 'term', 'high watermark', 'end offset', 'lag', 'last contact', 'kind'];
  const rows = nodes.map((each) => [
    each.node,
    each.reachable ? each.role : 'unreachable',
    each.term,
    each.highWatermark,
    each.endOffset,
    each.lag,
    each.lastContactMs === null ? '-' : `${Math.round(each.lastContactMs)} ms`,
    each.kind,
  ]);
  await show(context, { value, items: nodes, table: () => table(headers, rows) });
}

/** Words for why a replica is not in the ISR. */
const WHY_NOT: Readonly<Record<string, string>> = {
  'not-registered': 'its broker is not registered or is fenced',
  'other-incarnation': 'its broker has restarted and not registered again',
  disconnected: 'the leader has no connection to it',
  unverified: 'it has not yet matched its log with the leader',
  'below-high-watermark': 'it has not reached the high watermark',
  'below-term-start': 'it has not reached the start of the leader’s term',
  lagging: 'it has not been caught up for too long',
};

function replicaState(inIsr: boolean | null, voter: boolean | null): string {
  if (inIsr === null) return voter === true ? 'voter' : 'observer';
  return inIsr ? 'in ISR' : 'not in ISR';
}

function partitionTable(view: PartitionView): string {
  const { local } = view;
  const head = facts([
    ['partition', `${view.topic}-${view.partition}`],
    ['replication', view.replication],
    ['leader', view.leader],
    ['term', view.term],
    ['replicas', view.replicas],
    ['isr', view.isr],
    ['elr', view.elr],
    ['min.insync.replicas', view.minInsyncReplicas],
    ['answered by', `node ${view.node} (${view.role ?? 'no replica'})`],
    ...(local === null
      ? []
      : ([
          ['high watermark', local.highWatermark],
          [
            'log',
            `${local.logStart} to ${local.logEnd}, durable to ${local.durableEnd}, ${bytesText(local.bytes)}, flush=${local.flush}`,
          ],
          ['terms', local.termStarts.map(({ term, start }) => `${term}@${start}`).join(' ')],
          ['voted for', local.votedFor],
          ['failure', local.failure],
        ] as const)),
    ...(view.unclean ? ([['unclean', 'the last election accepted possible loss']] as const) : []),
  ]);
  if (view.progress.length === 0) return head;
  const headers = ['replica', 'state', 'match', 'next', 'lag', 'inflight', 'last contact', 'membership', 'why'];
  const rows = view.progress.map((each) => [
    each.node,
    each.kind,
    each.matchOffset,
    each.nextOffset,
    each.lag,
    each.inflight,
    each.lastContactMs === null ? '-' : `${Math.round(each.lastContactMs)} ms`,
    replicaState(each.inIsr, each.voter),
    each.whyNot === null ? '-' : (WHY_NOT[each.whyNot] ?? each.whyNot),
  ]);
  return `${head}\n\n${table(headers, rows)}`;
}

export async function describePartition(context: CliContext, topic: string, index: number): Promise<void> {
  const { access } = context;
  const known = await requirePartition(context, topic, index);
  const { brokers } = await access.status();
  const order = [...brokers].sort(
    (left, right) => Number(right.node === known.leader) - Number(left.node === known.leader),
  );
  for (const { admin } of order) {
    const view = (await access.getOrNull(
      admin,
      `/v1/partitions/${encodeURIComponent(topic)}/${index}`,
    )) as PartitionView | null;
    if (view !== null) return show(context, { value: view, items: view.progress, table: () => partitionTable(view) });
  }
  throw new CliError(EXIT.unreachable, 'no node answered', 'see `flotilla cluster status`');
}
