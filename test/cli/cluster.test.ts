/** `cluster status | quorum`: the JSON contract, the tables, the exit codes. */
import { describe, expect, it } from 'vitest';
import { World } from '../../chaos/sim/index.ts';
import { clusterQuorum, clusterStatus } from '../../src/cli/commands/cluster.ts';
import { cannedQuorum, cannedStatus, cannedView } from '../admin/canned-view.ts';
import { cannedContext } from './canned-context.ts';

const controller = { '127.0.0.1:9644': cannedView() };
/** Nodes 1 and 2 answer; node 3 is fenced and not there. */
const two = { ...controller, '127.0.0.1:9645': cannedView() };

function seen(reachable: readonly number[]) {
  const brokers = cannedStatus.brokers.map((broker) => ({ ...broker, reachable: reachable.includes(broker.node) }));
  return { ...cannedStatus, brokers };
}

describe('cluster status', () => {
  it('json is the controller’s status as it stands, and who answers', async () => {
    const { context, output } = cannedContext({ format: 'json', views: two });
    await clusterStatus(context, {});
    expect(JSON.parse(output())).toEqual(seen([1, 2]));
  });

  it('a node that does not answer is shown, and the cluster is not healthy, before it is fenced', async () => {
    const all = cannedStatus.brokers.map((broker) => ({ ...broker, fenced: false }));
    const view = cannedView({ status: () => ({ ...cannedStatus, brokers: all, verdict: 'healthy', reasons: [] }) });
    const world = new World({ seed: 'silent admin' });
    const { context, output } = cannedContext({
      format: 'json',
      ports: world.machine('client').ports(),
      views: { '127.0.0.1:9644': view, '127.0.0.1:9645': view },
      silent: ['127.0.0.1:9646'],
    });
    const began = world.now();
    expect(await world.complete(clusterStatus(context, {}))).toBe(10);
    expect(world.now() - began).toBeLessThan(1000);
    expect(JSON.parse(output())).toMatchObject({
      verdict: 'degraded',
      reasons: ['node 3 does not answer at 127.0.0.1:9646'],
      brokers: [{ reachable: true }, { reachable: true }, { reachable: false }],
    });
  });

  it('a silent controller costs one wait: the others’ word is taken, and it is not asked again', async () => {
    const follower = cannedView({ status: () => ({ ...cannedStatus, node: 2 }) });
    const world = new World({ seed: 'silent controller' });
    const { context, output, asked } = cannedContext({
      format: 'json',
      ports: world.machine('client').ports(),
      views: { '127.0.0.1:9645': follower },
      silent: ['127.0.0.1:9644'],
      adminAddresses: ['127.0.0.1:9644', '127.0.0.1:9645'],
    });
    const began = world.now();
    expect(await world.complete(clusterStatus(context, {}))).toBe(10);
    expect(world.now() - began).toBeLessThan(350);
    expect(JSON.parse(output())).toMatchObject({ node: 2, brokers: [{ reachable: false }, { reachable: true }, {}] });
    expect(asked.filter((address) => address === '127.0.0.1:9644')).toHaveLength(1);
    const again = world.now();
    await world.complete(clusterStatus(context, {}));
    expect(world.now() - again).toBeLessThan(50);
  });

  it('exits 10 when the verdict is not healthy, and 0 when it is', async () => {
    expect(await clusterStatus(cannedContext({ format: 'json', views: controller }).context, {})).toBe(10);
    const healthy = cannedView({ status: () => ({ ...cannedStatus, verdict: 'healthy', reasons: [] }) });
    expect(
      await clusterStatus(cannedContext({ format: 'json', views: { '127.0.0.1:9644': healthy } }).context, {}),
    ).toBe(0);
  });

  it('asks the controller when another node answers first, and is content with that node when it cannot', async () => {
    const follower = cannedView({ status: () => ({ ...cannedStatus, node: 2 }) });
    const both = cannedContext({ format: 'json', views: { '127.0.0.1:9645': follower, ...controller } });
    await clusterStatus(both.context, {});
    expect(JSON.parse(both.output())).toMatchObject({ node: 1 });
    const one = cannedContext({ format: 'json', views: { '127.0.0.1:9645': follower } });
    await clusterStatus(one.context, {});
    expect(JSON.parse(one.output())).toMatchObject({ node: 2 });
  });

  it('nobody there exits 69', async () => {
    const { context } = cannedContext({ format: 'table', views: {}, adminAddresses: ['127.0.0.1:1'] });
    await expect(clusterStatus(context, {})).rejects.toMatchObject({ exitCode: 69 });
  });

  it('the table shows nodes, then what is wrong', async () => {
    const { context, output } = cannedContext({ format: 'table', views: two });
    await clusterStatus(context, {});
    expect(output()).toBe(
      [
        'cluster        mYcLuStErIdOf22LeTtErS',
        'controller     1',
        'metadata term  3',
        'topics         1 with 6 partitions',
        '',
        'NODE  ROLES                    STATE                KAFKA           ADMIN           LEADERS  REPLICAS  METADATA LAG',
        '   1  broker,voter,controller  serving              127.0.0.1:9092  127.0.0.1:9644        3         6             0',
        '   2  broker,voter             serving              127.0.0.1:9093  127.0.0.1:9645        3         6             0',
        '   3  broker,voter             fenced, unreachable  127.0.0.1:9094  127.0.0.1:9646        0         6             -',
        '',
        'under-replicated   orders-0',
        'below min.insync   none',
        'leaderless         none',
        'unclean elections  0',
        'verdict            degraded: node 3 is fenced; 1 partition has fewer in-sync replicas than replicas',
        '',
      ].join('\n'),
    );
  });
});

describe('cluster quorum', () => {
  it('joins the leader’s view with what each node says of itself', async () => {
    const follower = cannedView({
      quorum: () => ({ ...cannedQuorum, node: 2, role: 'follower', highWatermark: 119, endOffset: 120 }),
    });
    const { context, output } = cannedContext({ format: 'json', views: { ...controller, '127.0.0.1:9645': follower } });
    await clusterQuorum(context);
    expect(JSON.parse(output())).toEqual({
      leader: 1,
      term: 3,
      highWatermark: 120,
      endOffset: 121,
      nodes: [
        {
          node: 1,
          kind: 'voter',
          role: 'leader',
          term: 3,
          highWatermark: 120,
          endOffset: 121,
          lag: 0,
          lastContactMs: 0,
          reachable: true,
        },
        {
          node: 2,
          kind: 'voter',
          role: 'follower',
          term: 3,
          highWatermark: 119,
          endOffset: 120,
          lag: 1,
          lastContactMs: 12,
          reachable: true,
        },
        {
          node: 3,
          kind: 'voter',
          role: null,
          term: null,
          highWatermark: null,
          endOffset: null,
          lag: null,
          lastContactMs: 5321,
          reachable: false,
        },
      ],
    });
  });
});
