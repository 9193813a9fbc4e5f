/** `flotilla topic create | list | describe | delete | alter`. */
import type { HostedReplica } from '../../admin/index.ts';
import { ClientError } from '../../client/index.ts';
import type { TopicDescription } from '../../client/index.ts';
import { unknownName } from '../cluster-access.ts';
import type { CliContext } from '../context.ts';
import { show } from '../context.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { keyValues } from '../option-values.ts';
import { bytesText, counted, facts, table } from '../output.ts';

export interface CreateOptions {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: readonly string[];
  readonly ifNotExists?: boolean;
}

export async function createTopic(context: CliContext, name: string, options: CreateOptions): Promise<void> {
  const configs = keyValues(options.config ?? [], '--config');
  const { admin } = context.access;
  try {
    const made = await admin.createTopic({
      name,
      partitions: options.partitions ?? null,
      replicationFactor: options.replicationFactor ?? null,
      configs,
    });
    const value = { topic: name, ...made, created: true };
    const shape = `${counted(made.partitions, 'partition')}, ${counted(made.replicationFactor, 'replica')} each`;
    await show(context, { value, table: () => `created topic ${name}: ${shape}` });
  } catch (error) {
    const exists =
      error instanceof ClientError && error.code === 'TOPIC_ALREADY_EXISTS' && options.ifNotExists === true;
    if (!exists) throw error;
    const { topicId, partitions } = await admin.describeTopic(name);
    const value = {
      topic: name,
      topicId,
      partitions: partitions.length,
      replicationFactor: partitions[0]?.replicas.length ?? 0,
      created: false,
    };
    await show(context, { value, table: () => `topic ${name} is there already` });
  }
}

export async function listTopics(context: CliContext, options: { readonly internal?: boolean }): Promise<void> {
  const { kafka } = context.access;
  const { topics } = await kafka.refresh(null);
  const items = [...topics.values()]
    .filter(({ internal }) => !internal || options.internal === true)
    .map(({ name, id, partitions, internal }) => ({
      topic: name,
      topicId: id,
      partitions: partitions.length,
      replicationFactor: Math.max(0, ...partitions.map(({ replicas }) => replicas.length)),
      internal,
      underReplicated: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
      leaderless: partitions.filter(({ leader }) => leader === null).length,
    }))
    .sort((left, right) => (left.topic < right.topic ? -1 : 1));
  const rows = items.map((each) => [
    each.topic,
    each.partitions,
    each.replicationFactor,
    each.underReplicated,
    each.leaderless,
  ]);
  await show(context, {
    value: items,
    items,
    table: () =>
      rows.length === 0
        ? 'no topics; make one with `flotilla topic create <name>`'
        : table(['topic', 'partitions', 'replicas', 'under-replicated', 'leaderless'], rows),
  });
}

interface LeaderReplicas {
  /** By partition. */
  readonly found: ReadonlyMap<number, HostedReplica>;
  /** Nodes that lead and do not answer. */
  readonly silent: ReadonlySet<number>;
}

/** What each leader's admin server says of the replicas that it leads; nothing from nodes that do not answer. */
async function leaderReplicas(context: CliContext, described: TopicDescription): Promise<LeaderReplicas> {
  const { access } = context;
  const found = new Map<number, HostedReplica>();
  const silent = new Set<number>();
  let addresses: ReadonlyMap<number, string>;
  try {
    addresses = new Map((await access.status()).brokers.map(({ node, admin }) => [node, admin]));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { found, silent };
  }
  const leaders = new Set(described.partitions.map(({ leader }) => leader));
  const answers = [...leaders].map(async (leader) => {
    const address = leader === null ? undefined : addresses.get(leader);
    if (leader === null || address === undefined) return;
    const hosted = (await access.getOrNull(address, `/v1/hosted/${encodeURIComponent(described.topic)}`)) as
      | readonly HostedReplica[]
      | null;
    if (access.isSilent(address)) silent.add(leader);
    for (const replica of hosted ?? []) {
      if (described.partitions[replica.partition]?.leader === leader) found.set(replica.partition, replica);
    }
  });
  await Promise.all(answers);
  return { found, silent };
}

async function describe(context: CliContext, name: string): Promise<TopicDescription> {
  try {
    return await context.access.admin.describeTopic(name);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
    throw unknownName('topic', name, await context.access.topicNames());
  }
}

export async function describeTopic(context: CliContext, name: string): Promise<void> {
  const described = await describe(context, name);
  const { found: replicas, silent } = await leaderReplicas(context, described);
  const indexes = described.partitions
    .filter(({ partition, leader }) => !replicas.has(partition) && !(leader !== null && silent.has(leader)))
    .map(({ partition }) => partition);
  const { admin } = context.access;
  const latest = indexes.length === 0 ? [] : await admin.listOffsets(name, indexes, 'latest');
  const marks = new Map(latest.map(({ partition, offset }) => [partition, offset]));
  const set = await admin.describeConfigs({ kind: 'topic', name });
  const configs = Object.fromEntries(
    set.filter(({ source }) => source === 'topic').map(({ key, value }) => [key, value]),
  );
  const replication = set.find(({ key }) => key === 'replication')?.value ?? 'isr';
  const partitions = described.partitions.map(({ offline, ...partition }) => {
    const replica = replicas.get(partition.partition);
    return {
      ...partition,
      offline,
      highWatermark: replica?.highWatermark ?? marks.get(partition.partition) ?? null,
      logStart: replica?.logStart ?? null,
      endOffset: replica?.logEnd ?? null,
      bytes: replica?.bytes ?? null,
    };
  });
  const value = {
    topic: name,
    topicId: described.topicId,
    internal: described.internal,
    replication,
    configs,
    partitions,
  };
  const headers = ['partition', 'leader', 'term', 'replicas', 'isr', 'elr', 'high watermark', 'end offset', 'bytes'];
  const rows = partitions.map((each) => [
    each.partition,
    each.leader,
    each.term,
    each.replicas,
    each.isr,
    each.elr,
    each.highWatermark,
    each.endOffset,
    bytesText(each.bytes),
  ]);
  const configText = Object.entries(configs).map(([key, setting]) => `${key}=${setting ?? ''}`);
  const head = facts([
    ['topic', name],
    ['id', described.topicId],
    ['replication', replication],
    ['configs', configText.length === 0 ? null : configText.join(' ')],
  ]);
  await show(context, { value, items: partitions, table: () => `${head}\n\n${table(headers, rows)}` });
}

export async function deleteTopic(context: CliContext, name: string): Promise<void> {
  await context.access.requireTopic(name);
  await context.access.admin.deleteTopic(name);
  await show(context, { value: { topic: name, deleted: true }, table: () => `deleted topic ${name}` });
}

export interface AlterOptions {
  readonly partitions?: number;
  readonly config?: readonly string[];
  readonly deleteConfig?: readonly string[];
}

export async function alterTopic(context: CliContext, name: string, options: AlterOptions): Promise<void> {
  const set = Object.entries(keyValues(options.config ?? [], '--config')).map(([key, value]) => ({ key, value }));
  const changes = [...set, ...(options.deleteConfig ?? []).map((key) => ({ key, value: null }))];
  if (changes.length === 0 && options.partitions === undefined) {
    throw new CliError(EXIT.usage, 'nothing to change', 'give --partitions, --config key=value or --delete-config key');
  }
  await context.access.requireTopic(name);
  const { admin } = context.access;
  if (options.partitions !== undefined) await admin.createPartitions(name, options.partitions);
  if (changes.length > 0) await admin.alterConfigs({ kind: 'topic', name }, changes);
  const value = {
    topic: name,
    partitions: options.partitions ?? null,
    configs: Object.fromEntries(changes.map((change) => [change.key, change.value])),
  };
  const done = [
    ...(options.partitions === undefined ? [] : [`${name} has ${counted(options.partitions, 'partition')} now`]),
    ...changes.map(({ key, value: to }) => `${key}: ${to ?? 'back to the default'}`),
  ];
  await show(context, { value, table: () => done.join('\n') });
}
