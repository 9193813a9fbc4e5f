/** `flotilla group list | describe | delete`: consumer groups, who is in them, how far they are. */
import { ClientError } from '../../client/index.ts';
import type { GroupDescription } from '../../client/index.ts';
import { unknownName } from '../cluster-access.ts';
import type { CliContext } from '../context.ts';
import { show } from '../context.ts';
import { facts, table } from '../output.ts';

export async function listGroups(context: CliContext): Promise<void> {
  const items = await context.access.groups.list();
  const rows = items.map(({ group, state, protocolType, coordinator }) => [group, state, protocolType, coordinator]);
  await show(context, {
    value: items,
    items,
    table: () => (rows.length === 0 ? 'no groups' : table(['group', 'state', 'type', 'coordinator'], rows)),
  });
}

async function describe(context: CliContext, group: string): Promise<GroupDescription> {
  const { groups } = context.access;
  try {
    return await groups.describe(group);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== 'GROUP_ID_NOT_FOUND') throw error;
    const known = await groups.list();
    throw unknownName(
      'group',
      group,
      known.map((each) => each.group),
    );
  }
}

export async function describeGroup(context: CliContext, group: string): Promise<void> {
  const { access } = context;
  const described = await describe(context, group);
  const committed = await access.groups.offsets(group);
  const owners = new Map(
    described.members.flatMap(({ member, assignment }) =>
      assignment.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => [`${topic}-${partition}`, member] as const),
      ),
    ),
  );
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of committed) byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition]);
  const ends = new Map<string, number | null>();
  for (const [topic, partitions] of byTopic) {
    for (const { partition, offset } of await access.admin.listOffsets(topic, partitions, 'latest'))
      ends.set(`${topic}-${partition}`, offset);
  }
  const offsets = committed.map(({ topic, partition, offset, metadata }) => {
    const end = ends.get(`${topic}-${partition}`) ?? null;
    return {
      topic,
      partition,
      offset,
      end,
      lag: end === null ? null : Math.max(0, end - offset),
      member: owners.get(`${topic}-${partition}`) ?? null,
      metadata,
    };
  });
  const value = { ...described, offsets };
  const head = facts([
    ['group', group],
    ['state', described.state],
    ['type', described.protocolType],
    ['assignor', described.assignor],
    ['coordinator', described.coordinator],
  ]);
  const members = described.members.map(({ member, clientId, host, assignment }) => [
    member,
    clientId,
    host,
    assignment.map(({ topic, partitions }) => `${topic}:${partitions.join(',')}`).join(' '),
  ]);
  const rows = offsets.map((each) => [each.topic, each.partition, each.offset, each.end, each.lag, each.member]);
  const parts = [
    head,
    ...(members.length === 0 ? [] : [table(['member', 'client', 'host', 'partitions'], members)]),
    ...(rows.length === 0 ? [] : [table(['topic', 'partition', 'committed', 'end', 'lag', 'member'], rows)]),
  ];
  await show(context, { value, items: offsets, table: () => parts.join('\n\n') });
}

export async function deleteGroup(context: CliContext, group: string): Promise<void> {
  await describe(context, group);
  await context.access.groups.delete(group);
  await show(context, { value: { group, deleted: true }, table: () => `deleted group ${group}` });
}
