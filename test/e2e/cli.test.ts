/** The command line against a real cluster: what each command answers as JSON, and how it ends when it cannot. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './command.ts';
import type { CommandResult } from './command.ts';
import { until } from './deadline.ts';
import { freeBasePort } from './free-ports.ts';
import { RealCluster, withCluster } from './real-cluster.ts';

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await RealCluster.create();
  await cluster.up();
});
afterAll(() => cluster.close());

const run = (args: readonly string[], input = ''): Promise<CommandResult> =>
  runCommand([...args, '--bootstrap', cluster.bootstrap], { input });

/** Runs a command that must succeed, and reads its JSON. */
async function json(args: readonly string[], input = ''): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await run([...args, '-o', 'json'], input);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}

describe('the command line', () => {
  it('creates, fills, reads and describes a topic', async () => {
    const create = [
      'topic',
      'create',
      'orders',
      '--partitions',
      '3',
      '--replication-factor',
      '3',
      '--config',
      'min.insync.replicas=2',
    ];
    expect(await json(create)).toMatchObject({ topic: 'orders', partitions: 3, replicationFactor: 3, created: true });
    const lines = Array.from({ length: 100 }, (_, index) => `order ${index}`);
    expect(await json(['produce', 'orders', '--key', 'k'], lines.join('\n'))).toMatchObject({
      topic: 'orders',
      acknowledged: 100,
      failed: 0,
    });
    const read = await run(['consume', 'orders', '--from', 'beginning']);
    expect(read.stdout.trimEnd().split('\n')).toEqual(lines);
    const records = await run(['consume', 'orders', '--from', 'beginning', '--max', '2', '-o', 'jsonl']);
    const [first] = records.stdout.split('\n').map((line) => (line === '' ? null : (JSON.parse(line) as unknown)));
    expect(first).toMatchObject({ topic: 'orders', offset: 0, key: 'k', value: 'order 0', headers: [] });
    const described = await json(['topic', 'describe', 'orders']);
    expect(described).toMatchObject({ topic: 'orders', configs: { 'min.insync.replicas': '2' } });
    expect(described['partitions']).toHaveLength(3);
  });

  it('elects leaders, and says when that is not needed', async () => {
    await json(['topic', 'create', 'led', '--partitions', '1', '--replication-factor', '3']);
    const answer = await json(['partition', 'elect', 'led', '0']);
    expect(answer).toMatchObject({ topic: 'led', partition: 0, election: 'preferred', elected: false, term: 1 });
    expect(await json(['partition', 'elect', 'led', '0', '--unclean'])).toMatchObject({ elected: false });
    const unknown = await run(['partition', 'elect', 'let', '0']);
    expect([unknown.code, unknown.stderr]).toMatchObject([65, expect.stringContaining('did you mean led?')]);
    const beyond = await run(['partition', 'elect', 'led', '7']);
    expect([beyond.code, beyond.stderr]).toMatchObject([65, expect.stringContaining('it has partitions 0 to 0')]);
    expect((await run(['partition', 'elect', 'led'])).code).toBe(64);
    expect((await run(['partition', 'recover', 'led', '0', '--accept-loss'])).code).toBe(65);
  });

  it('shows cluster, quorum and one partition', async () => {
    await json(['topic', 'create', 'shown', '--partitions', '1', '--replication-factor', '3']);
    const status = await until('healthy', 10_000, async () => {
      const answer = await run(['cluster', 'status', '-o', 'json']);
      return answer.code === 0 && (JSON.parse(answer.stdout) as Readonly<Record<string, unknown>>);
    });
    expect(status).toMatchObject({ clusterId: cluster.line.clusterId, verdict: 'healthy', leaderless: { count: 0 } });
    expect(status['brokers']).toHaveLength(3);
    const quorum = await json(['cluster', 'quorum']);
    expect(quorum['nodes']).toHaveLength(3);
    expect(quorum['leader']).toBe(status['controller']);
    const partition = await json(['partition', 'describe', 'shown', '0']);
    expect(partition).toMatchObject({ topic: 'shown', partition: 0, role: 'leader', replication: 'isr' });
    expect(partition['progress']).toHaveLength(3);
  });

  it('gives the same in YAML and as a table', async () => {
    await json(['topic', 'create', 'forms', '--partitions', '1']);
    expect((await run(['topic', 'list', '-o', 'yaml'])).stdout).toContain('- topic: forms');
    expect((await run(['topic', 'list', '-o', 'jsonl'])).stdout).toMatch(/^\{"topic":"forms".*\}$/m);
    expect((await run(['topic', 'list'])).stdout).toMatch(/^forms\s/m);
  });

  it('dumps the files of a node', async () => {
    await json(['topic', 'create', 'dumped', '--partitions', '1', '--replication-factor', '3']);
    await json(['produce', 'dumped'], 'hello\n');
    const { dataDir } = cluster.node(1);
    // Batches that the journal holds go to their segment a little later.
    const [segment, journal] = await until('segment and journal hold it', 5000, async () => {
      const files = (await readdir(dataDir, { recursive: true })).map((name) => join(dataDir, name));
      const log = files.find((name) => name.includes('dumped-0') && name.endsWith('.log'));
      const records = files.find((name) => name.endsWith('.journal'));
      if (log === undefined || records === undefined || (await stat(log)).size === 0) return false;
      return [log, records] as const;
    });
    const { code, stdout } = await runCommand(['log', 'dump', segment, journal, '--records', '-o', 'jsonl']);
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'record', offset: 0, value: 'hello' }));
    expect(lines.filter(({ kind }) => kind === 'journal-record').length).toBeGreaterThan(0);
  });

  it('translates wire bytes', async () => {
    const input =
      '{"api":"ApiVersions","type":"request","version":0,"hex":""}\n{"api":"Nonsense","type":"request","version":0,"hex":""}\n';
    const { code, stdout } = await runCommand(['wire', 'decode'], { input });
    expect(code).toBe(0);
    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(first).toMatchObject({ api: 'ApiVersions', json: {} });
    expect(second).toMatchObject({ line: 2, error: expect.stringContaining('Nonsense') as string });
  });
});

describe('how commands fail', () => {
  it.each([
    { args: ['topic', 'describe', 'ordrs'], code: 65, says: 'ordrs' },
    { args: ['consume', 'nowhere'], code: 65, says: 'nowhere' },
    { args: ['group', 'describe', 'nobody'], code: 65, says: 'nobody' },
    { args: ['topic', 'create', 'bad/name'], code: 65, says: 'bad/name' },
    { args: ['topic', 'create', 'big', '--replication-factor', '9'], code: 65, says: '9' },
    { args: ['topic', 'create', 'x', '--partitions', 'many'], code: 64, says: 'many' },
    { args: ['topic', 'lst'], code: 64, says: 'list' },
    { args: ['topic', 'list', '-o', 'xml'], code: 64, says: 'xml' },
  ])('$args.0 $args.1 $args.2 $args.3 $args.4: code $code', async ({ args, code, says }) => {
    const result = await run(args);
    expect(result.stderr).toContain(says);
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(result.code, result.stderr).toBe(code);
  });

  it('names the nearest topic', async () => {
    await json(['topic', 'create', 'shipments', '--partitions', '1']);
    const { code, stderr } = await run(['topic', 'describe', 'shipmnts']);
    expect(code).toBe(65);
    expect(stderr).toContain('shipments');
  });

  it('unreachable cluster: code 69, naming the addresses tried', async () => {
    const port = await freeBasePort(1);
    const { code, stderr } = await runCommand(['topic', 'list', '--bootstrap', `127.0.0.1:${port}`]);
    expect(code).toBe(69);
    expect(stderr).toContain(`127.0.0.1:${port}`);
  });

  it('unhealthy cluster: code 10, and the reason', async () => {
    await withCluster({}, async (hurt) => {
      const bootstrap = ['--bootstrap', hurt.bootstrap, '-o', 'json'];
      await runCommand(['topic', 'create', 'thin', '--partitions', '1', '--replication-factor', '3', ...bootstrap]);
      await hurt.kill(3);
      const status = await until('status says so', 15_000, async () => {
        const answer = await runCommand(['cluster', 'status', ...bootstrap]);
        return answer.code === 10 && (JSON.parse(answer.stdout) as Readonly<Record<string, unknown>>);
      });
      expect(status['verdict']).not.toBe('healthy');
      expect(status['reasons']).not.toEqual([]);
      await hurt.restart(3);
      await until(
        'healthy again',
        15_000,
        async () => (await runCommand(['cluster', 'status', ...bootstrap])).code === 0,
      );
    });
  });
});
