/** `partition elect | recover`: what is asked of whom, what is refused, and what is told. */
import { describe, expect, it } from 'vitest';
import { electLeader, recoverPartition } from '../../src/cli/commands/partition.ts';
import type { CliContext } from '../../src/cli/context.ts';
import type { Format } from '../../src/cli/output.ts';
import { ClientError } from '../../src/client/index.ts';
import type { ErrorName } from '../../src/wire/index.ts';
import { cannedPartition, cannedStatus } from '../admin/canned-view.ts';

interface Rig {
  readonly context: CliContext;
  readonly output: () => string;
  readonly posts: (readonly string[])[];
}

const ACCEPTED = {
  topic: 'orders',
  partition: 0,
  node: 2,
  leader: 2,
  logEnd: 24,
  lost: { from: 24, to: 40 },
  damage: '/data/0.log at byte 4000: the CRC does not match',
  aside: ['/data/0.log.damaged', '/data/1.log.damaged'],
};

/** A partition of nodes 1 to 3; `failed` names those whose logs have failed. */
function rig(
  options: {
    readonly leader?: number | null;
    readonly failed?: readonly number[];
    readonly silent?: readonly number[];
    readonly refusal?: ErrorName;
    readonly format?: Format;
  } = {},
): Rig {
  const { leader = null, failed = [], silent = [], format = 'json' } = options;
  const written: string[] = [];
  const posts: (readonly string[])[] = [];
  const partition = { index: 0, leader, term: 7, replicas: [1, 2, 3], isr: [] };
  const nodeAt = (admin: string): number => cannedStatus.brokers.find((broker) => broker.admin === admin)?.node ?? 0;
  const access = {
    requireTopic: () => Promise.resolve(),
    kafka: { topic: () => Promise.resolve({ partitions: [partition] }) },
    admin: {
      electLeader: () =>
        options.refusal === undefined
          ? Promise.resolve()
          : Promise.reject(new ClientError('refused', 'no', { code: options.refusal })),
    },
    status: () => Promise.resolve(cannedStatus),
    getOrNull: (admin: string) => {
      const failure = failed.includes(nodeAt(admin)) ? 'damaged' : null;
      const view = { ...cannedPartition, local: { ...cannedPartition.local, failure, logEnd: 10 * nodeAt(admin) } };
      return Promise.resolve(silent.includes(nodeAt(admin)) ? null : view);
    },
    post: (...asked: readonly string[]) => {
      posts.push(asked);
      return Promise.resolve(ACCEPTED);
    },
  };
  const context = { access, format, write: (text: string) => written.push(text) } as unknown as CliContext;
  return { context, output: () => written.join(''), posts };
}

describe('partition elect', () => {
  it('says who leads in which term', async () => {
    const { context, output } = rig({ leader: 1 });
    await electLeader(context, 'orders', 0, {});
    expect(JSON.parse(output())).toEqual({
      topic: 'orders',
      partition: 0,
      election: 'preferred',
      elected: true,
      leader: 1,
      term: 7,
    });
  });

  it('is no failure when no election is needed', async () => {
    const { context, output } = rig({ leader: 1, refusal: 'ELECTION_NOT_NEEDED', format: 'table' });
    await electLeader(context, 'orders', 0, { unclean: true });
    expect(output()).toBe('orders-0: no election is needed; leader 1, term 7\n');
  });

  it('passes other refusals on', async () => {
    const { context } = rig({ refusal: 'ELIGIBLE_LEADERS_NOT_AVAILABLE' });
    await expect(electLeader(context, 'orders', 0, {})).rejects.toMatchObject({
      code: 'ELIGIBLE_LEADERS_NOT_AVAILABLE',
    });
  });

  it('refuses a partition that does not exist', async () => {
    await expect(electLeader(rig().context, 'orders', 3, {})).rejects.toMatchObject({ exitCode: 65 });
  });
});

describe('partition recover', () => {
  const yes = { acceptLoss: true };

  it('has the node with the failed replica go on, and tells what is lost and kept', async () => {
    const { context, output, posts } = rig({ failed: [2] });
    await recoverPartition(context, 'orders', 0, yes);
    expect(posts).toEqual([['127.0.0.1:9645', '/v1/partitions/orders/0/accept-loss', 'accept-loss']]);
    expect(JSON.parse(output())).toEqual(ACCEPTED);
    const people = rig({ failed: [2], format: 'table' });
    await recoverPartition(people.context, 'orders', 0, yes);
    expect(people.output()).toBe(
      [
        'partition       orders-0',
        'leader          2',
        'log end         24',
        'lost offsets    24 to 40 (16 records at most)',
        'damage          /data/0.log at byte 4000: the CRC does not match',
        'kept on node 2  /data/0.log.damaged',
        '                /data/1.log.damaged',
        '',
      ].join('\n'),
    );
  });

  it('does nothing without the word', async () => {
    const { context, posts } = rig({ failed: [2] });
    await expect(recoverPartition(context, 'orders', 0, {})).rejects.toMatchObject({
      exitCode: 64,
      next: expect.stringContaining('--accept-loss'),
    });
    expect(posts).toEqual([]);
  });

  it.each([
    { title: 'while somebody leads', options: { leader: 3, failed: [2] }, given: yes, exitCode: 65 },
    { title: 'when no replica has failed', options: {}, given: yes, exitCode: 65 },
    {
      title: 'when those that have failed do not answer',
      options: { failed: [2], silent: [2] },
      given: yes,
      exitCode: 65,
    },
    { title: 'when several have failed', options: { failed: [2, 3] }, given: yes, exitCode: 64 },
    { title: 'for a node without a replica', options: { failed: [2] }, given: { ...yes, node: 9 }, exitCode: 65 },
  ])('is refused $title', async ({ options, given, exitCode }) => {
    const { context, posts } = rig(options);
    await expect(recoverPartition(context, 'orders', 0, given)).rejects.toMatchObject({ exitCode });
    expect(posts).toEqual([]);
  });

  it('goes on with the replica that was named when several have failed', async () => {
    const { context, posts } = rig({ failed: [2, 3] });
    await recoverPartition(context, 'orders', 0, { ...yes, node: 3 });
    expect(posts).toMatchObject([['127.0.0.1:9646', expect.anything(), 'accept-loss']]);
  });
});
