/** The admin server's routes: what each answers, and what is refused. */
import { describe, expect, it } from 'vitest';
import { adminAnswers, viewAnswers } from '../../src/admin/index.ts';
import type { AdminActions, AdminView } from '../../src/admin/index.ts';
import { cannedPartition, cannedQuorum, cannedStatus, cannedView } from './canned-view.ts';

function get(target: string, changes: Partial<AdminView> = {}, method = 'GET') {
  const { status, contentType, body, headers } = viewAnswers(cannedView(changes))({ method, target });
  const json = contentType.startsWith('application/json') ? (JSON.parse(body) as unknown) : null;
  return { status, body, json, headers };
}

describe('the admin server', () => {
  it('answers each path of version 1 with its view as JSON', () => {
    const view = cannedView();
    expect(get('/v1/status')).toMatchObject({ status: 200, json: cannedStatus });
    expect(get('/v1/quorum')).toMatchObject({ status: 200, json: cannedQuorum });
    expect(get('/v1/brokers')).toMatchObject({ status: 200, json: cannedStatus.brokers });
    expect(get('/v1/topics')).toMatchObject({ status: 200, json: view.topics() });
    expect(get('/v1/config')).toMatchObject({ status: 200, json: view.config() });
    expect(get('/v1/partitions/orders/0')).toMatchObject({ status: 200, json: cannedPartition });
    expect(get('/v1/hosted?x=1')).toMatchObject({ status: 200, json: view.hosted(null) });
    expect(get('/v1/hosted/none')).toMatchObject({ status: 200, json: [] });
  });

  it('healthz says why a node can work no more, readyz whether it serves', () => {
    expect(get('/healthz').status).toBe(200);
    expect(get('/healthz', { unhealthy: () => 'the journal failed' })).toMatchObject({
      status: 503,
      body: 'the journal failed\n',
    });
    expect(get('/readyz').status).toBe(200);
    expect(get('/readyz', { ready: () => false }).status).toBe(503);
  });

  it('metrics of one name stand together under one HELP and TYPE, labels are escaped', () => {
    expect(get('/metrics').body).toBe(
      [
        '# HELP flotilla_partition_bytes Bytes of a log.',
        '# TYPE flotilla_partition_bytes gauge',
        String.raw`flotilla_partition_bytes{topic="a\"b\\"} 12`,
        'flotilla_partition_bytes{topic="c"} 0.5',
        '# HELP flotilla_ready Serving?',
        '# TYPE flotilla_ready gauge',
        'flotilla_ready 1',
        '',
      ].join('\n'),
    );
  });

  it('unknown paths and partitions are 404 with JSON', () => {
    const missing = ['/', '/v1', '/v2/status', '/v1/status/x', '/healthz/x', '/v1/partitions/orders'];
    for (const target of [
      ...missing,
      '/v1/partitions/orders/7',
      '/v1/partitions/orders/-1',
      '/v1/partitions/orders/1e3',
    ]) {
      expect(get(target), target).toMatchObject({ status: 404, json: { error: expect.stringContaining('no such') } });
    }
  });

  it('paths that cannot be decoded or are too long are 400', () => {
    expect(get('/v1/hosted/%E0%A4%A').status).toBe(400);
    expect(get(`/v1/hosted/${'x'.repeat(3000)}`).status).toBe(400);
  });

  it('topic names are decoded before they are looked up', () => {
    const asked: (string | null)[] = [];
    get('/v1/hosted/a%2Fb', { hosted: (topic) => (asked.push(topic), []) });
    expect(asked).toEqual(['a/b']);
  });

  it('only GET and HEAD are served', () => {
    expect(get('/v1/status', {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});

describe('accepting loss', () => {
  const path = '/v1/partitions/orders/0/accept-loss';
  const accepted = {
    topic: 'orders',
    partition: 0,
    node: 1,
    leader: 1,
    logEnd: 5,
    lost: null,
    damage: null,
    aside: [],
  };

  async function post(changes: {
    readonly target?: string;
    readonly confirm?: string | null;
    readonly method?: string;
  }) {
    const asked: unknown[] = [];
    const actions: AdminActions = {
      acceptLoss: (topic, index) => {
        asked.push([topic, index]);
        return Promise.resolve(
          index === 0 ? { kind: 'accepted', accepted } : { kind: 'refused', status: 409, error: 'node 2 leads it' },
        );
      },
    };
    const request = { method: 'POST', target: path, confirm: 'accept-loss', ...changes };
    const { status, body } = await adminAnswers(cannedView(), actions)(request);
    return { status, json: JSON.parse(body) as unknown, asked };
  }

  it('is carried out by a POST that confirms it', async () => {
    expect(await post({})).toEqual({ status: 200, json: accepted, asked: [['orders', 0]] });
    expect(await post({ target: path.replace('0', '3') })).toMatchObject({
      status: 409,
      json: { error: 'node 2 leads it' },
    });
  });

  it.each([
    { changes: { confirm: null }, status: 400 },
    { changes: { confirm: 'yes' }, status: 400 },
    { changes: { method: 'GET' }, status: 405 },
    { changes: { target: path.replace('0', '-1') }, status: 405 },
    { changes: { target: `${path}/x` }, status: 405 },
  ])('is refused with $status and does nothing when it is not: $changes', async ({ changes, status }) => {
    expect(await post(changes)).toMatchObject({ status, asked: [] });
  });
});
