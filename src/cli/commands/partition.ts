/** `flotilla partition elect | recover`: who leads a partition, and going on when a part of it is lost. */
import type { LossAccepted, PartitionView } from '../../admin/index.ts';
import { ClientError } from '../../client/index.ts';
import type { KnownPartition } from '../../client/index.ts';
import type { CliContext } from '../context.ts';
import { show } from '../context.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { counted, facts } from '../output.ts';
import type { Cell } from '../output.ts';

/** Refuses a topic or partition that does not exist. */
export async function requirePartition(context: CliContext, topic: string, index: number): Promise<KnownPartition> {
  await context.access.requireTopic(topic);
  const { partitions } = await context.access.kafka.topic(topic);
  const known = partitions[index];
  if (known !== undefined) return known;
  throw new CliError(
    EXIT.data,
    `topic ${topic} has no partition ${index}`,
    `it has partitions 0 to ${partitions.length - 1}`,
  );
}

/** Has the preferred replica lead, or, where nobody leads, any live one. No election needed is no failure. */
export async function electLeader(
  context: CliContext,
  topic: string,
  index: number,
  options: { readonly unclean?: boolean },
): Promise<void> {
  const { access } = context;
  await requirePartition(context, topic, index);
  const election = options.unclean === true ? 'unclean' : 'preferred';
  let reason: string | null = null;
  try {
    await access.admin.electLeader(topic, index, election);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'ELECTION_NOT_NEEDED') throw error;
    reason = 'no election is needed';
  }
  const { leader, term } = await requirePartition(context, topic, index);
  const value = { topic, partition: index, election, elected: reason === null, leader, term };
  const what = reason ?? (election === 'unclean' ? 'elected, accepting possible loss' : 'elected');
  const table = (): string => `${topic}-${index}: ${what}; leader ${leader ?? 'none'}, term ${term}`;
  await show(context, { value, items: [value], table });
}

interface Found {
  readonly node: number;
  readonly admin: string;
  readonly view: PartitionView | null;
}

function acceptedTable({ topic, partition, node, leader, logEnd, lost, damage, aside }: LossAccepted): string {
  const offsets =
    lost === null ? 'cut off before' : `${lost.from} to ${lost.to} (${counted(lost.to - lost.from, 'record')} at most)`;
  const pairs: (readonly [string, Cell])[] = [
    ['partition', `${topic}-${partition}`],
    ['leader', leader],
    ['log end', logEnd],
    ['lost offsets', offsets],
    ['damage', damage],
    ...aside.map((path, at) => [at === 0 ? `kept on node ${node}` : '', path] as const),
  ];
  return facts(pairs);
}

/** Goes on with what is left of a partition that nobody leads because its replica's log has failed. */
export async function recoverPartition(
  context: CliContext,
  topic: string,
  index: number,
  options: { readonly acceptLoss?: boolean; readonly node?: number },
): Promise<void> {
  const { access } = context;
  const known = await requirePartition(context, topic, index);
  const { admin } = await failedReplica(context, known, topic, options.node);
  if (options.acceptLoss !== true)
    throw new CliError(
      EXIT.usage,
      'this gives up all records from the damage on',
      'add --accept-loss if they cannot be brought back; with the file back from a copy, starting the node again is all that is needed',
    );
  const path = `/v1/partitions/${encodeURIComponent(topic)}/${index}/accept-loss`;
  const accepted = (await access.post(admin, path, 'accept-loss')) as LossAccepted;
  await show(context, { value: accepted, items: [accepted], table: () => acceptedTable(accepted) });
}

/** The replica to go on with: the one that was named, the only one, or the only one that has failed. */
async function failedReplica(
  { access }: CliContext,
  { index, leader, replicas }: KnownPartition,
  topic: string,
  wanted: number | undefined,
): Promise<Found> {
  if (leader !== null) throw new CliError(EXIT.data, `node ${leader} leads ${topic}-${index}: nothing need be lost`);
  const { brokers } = await access.status();
  if (wanted !== undefined && !replicas.includes(wanted))
    throw new CliError(
      EXIT.data,
      `node ${wanted} has no replica of ${topic}-${index}`,
      `nodes ${replicas.join(', ')} have one`,
    );
  const asked = brokers
    .filter(({ node }) => replicas.includes(node) && (wanted === undefined || node === wanted))
    .map(async ({ node, admin }): Promise<Found> => {
      const path = `/v1/partitions/${encodeURIComponent(topic)}/${index}`;
      return { node, admin, view: (await access.getOrNull(admin, path)) as PartitionView | null };
    });
  const found = await Promise.all(asked);
  const [first, second] = found.length === 1 ? found : found.filter(({ view }) => view?.local?.failure != null);
  if (first === undefined)
    throw new CliError(
      EXIT.data,
      `no replica of ${topic}-${index} that can be asked has failed`,
      `start the nodes of its replicas (${replicas.join(', ')}), or \`flotilla partition elect ${topic} ${index} --unclean\``,
    );
  if (second === undefined) return first;
  const ends = found.map(({ node, view }) => `node ${node} to ${view?.local?.logEnd ?? '?'}`);
  throw new CliError(EXIT.usage, `several replicas have failed (${ends.join(', ')})`, 'name one with --node');
}
