/** Commands that speak Kafka, against fake brokers under virtual time: what they print and how they end. */
import { describe, expect, it } from 'vitest';
import { consume, parseFrom } from '../../src/cli/commands/consume.ts';
import { describePartition } from '../../src/cli/commands/cluster.ts';
import { linesOf, produce } from '../../src/cli/commands/produce.ts';
import { deleteTopic, listTopics } from '../../src/cli/commands/topic.ts';
import { cliErrorOf } from '../../src/cli/exit-code.ts';
import type { Format } from '../../src/cli/output.ts';
import { ClientError } from '../../src/client/index.ts';
import { cannedPartition, cannedView } from '../admin/canned-view.ts';
import { fakeCluster } from '../client/fake-broker.ts';
import type { FakeCluster } from '../client/fake-broker.ts';
import { cannedContext } from './canned-context.ts';
import type { Canned } from './canned-context.ts';

function on(cluster: FakeCluster, format: Format): Canned {
  const { ports } = cluster.client;
  return cannedContext({ format, ports, bootstrap: ['broker1:9092'], views: { '127.0.0.1:9644': cannedView() } });
}

async function* given(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

const two = { nodes: 2, partitions: 2 };

describe('produce and consume', () => {
  it('produce says what was acknowledged, and where', async () => {
    const cluster = await fakeCluster({ seed: 'cli produce', ...two });
    const { context, output } = on(cluster, 'json');
    await cluster.world.complete(produce(context, 'orders', { partition: 1 }, given(['a', 'b', 'c'])));
    expect(JSON.parse(output())).toMatchObject({
      topic: 'orders',
      acknowledged: 3,
      failed: 0,
      partitions: [{ partition: 1, records: 3, start: 0, end: 3 }],
    });
    expect(cluster.values(1)).toEqual(['a', 'b', 'c']);
  });

  it('produce -o jsonl tells of each line', async () => {
    const cluster = await fakeCluster({ seed: 'cli lines', ...two });
    const { context, output } = on(cluster, 'jsonl');
    await cluster.world.complete(produce(context, 'orders', { partition: 0, keySeparator: ':' }, given(['k:a', 'b'])));
    expect(output()).toBe(
      '{"line":0,"topic":"orders","partition":0,"offset":0}\n{"line":1,"topic":"orders","partition":0,"offset":1}\n',
    );
  });

  it('produce exits 75 when records are not acknowledged in time', async () => {
    const cluster = await fakeCluster({ seed: 'cli in vain', ...two });
    cluster.onProduce = () => 19;
    const { context } = on(cluster, 'json');
    const failure: unknown = await cluster.world.complete(
      produce(context, 'orders', { partition: 0 }, given(['a'])).catch((error: unknown) => error),
    );
    expect(failure).toMatchObject({ exitCode: 75, message: expect.stringContaining('1 record not acknowledged') });
  });

  it('consume prints values, and ends where the log ended', async () => {
    const cluster = await fakeCluster({ seed: 'cli consume', ...two });
    await cluster.world.complete(
      produce(on(cluster, 'json').context, 'orders', { partition: 0 }, given(['a', 'b', 'c'])),
    );
    const { context, output } = on(cluster, 'table');
    await cluster.world.complete(consume(context, 'orders', { from: 'beginning' }));
    expect(output()).toBe('a\nb\nc\n');
  });

  it('consume -o jsonl prints whole records; --max and --from bound them; bytes that are no text are base64', async () => {
    const cluster = await fakeCluster({ seed: 'cli records', ...two });
    await cluster.world.complete(
      produce(
        on(cluster, 'json').context,
        'orders',
        { partition: 0, key: 'k', header: ['h=v'] },
        given(['a', 'b', 'c']),
      ),
    );
    const { context, output } = on(cluster, 'jsonl');
    await cluster.world.complete(consume(context, 'orders', { from: '1', max: 1, partition: ['0'] }));
    expect(JSON.parse(output())).toEqual({
      topic: 'orders',
      partition: 0,
      offset: 1,
      timestamp: expect.any(Number),
      key: 'k',
      value: 'b',
      headers: [{ key: 'h', value: 'v' }],
    });
  });

  it('reads places', () => {
    expect(parseFrom('beginning')).toBe('earliest');
    expect(parseFrom('end')).toBe('latest');
    expect(parseFrom('17')).toEqual({ offset: 17 });
    expect(parseFrom('1970-01-01T00:00:01Z')).toEqual({ time: 1000 });
    expect(() => parseFrom('soon')).toThrow(expect.objectContaining({ exitCode: 64 }));
  });

  it('lines of a stream: cut anywhere, with CR LF, without a last end', async () => {
    const chunks = ['a\nb', 'c\r', '\n', '\nend'];
    const lines: string[] = [];
    for await (const line of linesOf(given(chunks))) lines.push(line);
    expect(lines).toEqual(['a', 'bc', '', 'end']);
  });
});

describe('names', () => {
  it('an unknown topic exits 65 and names the nearest', async () => {
    const cluster = await fakeCluster({ seed: 'cli nearest', ...two });
    const { context } = on(cluster, 'json');
    const failure: unknown = await cluster.world.complete(
      deleteTopic(context, 'ordesr').catch((error: unknown) => error),
    );
    expect(failure).toMatchObject({ exitCode: 65, next: 'did you mean orders?' });
  });

  it('a partition beyond the last exits 65', async () => {
    const cluster = await fakeCluster({ seed: 'cli index', ...two });
    const failure: unknown = await cluster.world.complete(
      describePartition(on(cluster, 'json').context, 'orders', 5).catch((error: unknown) => error),
    );
    expect(failure).toMatchObject({ exitCode: 65, next: 'it has partitions 0 to 1' });
  });

  it('partition describe is the leader’s view, with reasons in words', async () => {
    const cluster = await fakeCluster({ seed: 'cli partition', ...two });
    const json = on(cluster, 'json');
    await cluster.world.complete(describePartition(json.context, 'orders', 0));
    expect(JSON.parse(json.output())).toEqual(cannedPartition);
    const table = on(cluster, 'table');
    await cluster.world.complete(describePartition(table.context, 'orders', 0));
    expect(table.output()).toContain('not in ISR  the leader has no connection to it');
  });

  it('topic list has one line for each topic in jsonl', async () => {
    const cluster = await fakeCluster({ seed: 'cli list', ...two });
    const { context, output } = on(cluster, 'jsonl');
    await cluster.world.complete(listTopics(context, {}));
    expect(JSON.parse(output())).toEqual({
      topic: 'orders',
      topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      partitions: 2,
      replicationFactor: 2,
      internal: false,
      underReplicated: 0,
      leaderless: 0,
    });
  });
});

describe('exit codes of a client’s failures', () => {
  it('unreachable 69 naming the addresses, timeout 75, refusals 65 or, when they may pass, 75', () => {
    const unreachable = cliErrorOf(new ClientError('unreachable', 'refused', { addresses: ['a:1', 'b:2'] }));
    expect(unreachable.exitCode).toBe(69);
    expect(unreachable.message).toContain('tried a:1, b:2');
    expect(cliErrorOf(new ClientError('timeout', '')).exitCode).toBe(75);
    expect(cliErrorOf(new ClientError('refused', '', { code: 'TOPIC_ALREADY_EXISTS' })).exitCode).toBe(65);
    expect(cliErrorOf(new ClientError('refused', '', { code: 'UNKNOWN_TOPIC_OR_PARTITION' })).exitCode).toBe(65);
    expect(cliErrorOf(new ClientError('refused', '', { code: 'NOT_ENOUGH_REPLICAS' })).exitCode).toBe(75);
  });
});
