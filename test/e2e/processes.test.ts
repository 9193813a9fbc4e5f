/**
 * Starting and ending real processes: in order, beside others on the same port or directory, on a directory of somebody
 * else, and with bad configuration. Exit codes are sysexits: 78 configuration and environment, 65 data.
 */
import { readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommand } from './command.ts';
import { RealCluster, withCluster } from './real-cluster.ts';
import { createTopic, inSync, readAll, withProducer } from './stock-client.ts';

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function produceSome(cluster: RealCluster, topic: string, count: number): Promise<void> {
  await withProducer(cluster.brokers, false, (producer) =>
    producer.send({
      topic,
      acks: -1,
      messages: Array.from({ length: count }, (_, index) => ({ partition: 0, value: String(index) })),
    }),
  );
}

describe('a cluster that is stopped in order', () => {
  it('ends with code 0 on SIGTERM, and what it held is there after the next start', async () => {
    await withCluster({}, async (cluster) => {
      await createTopic(cluster.brokers, 'kept', 1);
      await produceSome(cluster, 'kept', 100);
      expect(await cluster.stop()).toBe(0);
      await cluster.up();
      await inSync(cluster.brokers, 'kept', 3);
      expect((await readAll(cluster.brokers, 'kept')).map(({ value }) => Number(value))).toEqual(
        Array.from({ length: 100 }, (_, index) => index),
      );
      expect(await cluster.stop()).toBe(0);
    });
  });

  it('one node: is ready, serves, and ends with code 0', async () => {
    await withCluster({ nodes: 1 }, async (cluster) => {
      expect(cluster.line.nodes).toHaveLength(1);
      expect(cluster.line.readyMs).toBeGreaterThan(0);
      await createTopic(cluster.brokers, 'single', 2, 1);
      await produceSome(cluster, 'single', 10);
      expect(await readAll(cluster.brokers, 'single')).toHaveLength(10);
      expect(await cluster.stop()).toBe(0);
    });
  });
});

describe('what keeps a cluster from starting', () => {
  it('port in use: code 78, naming the port', async () => {
    const cluster = await RealCluster.create({ nodes: 1 });
    const server = await listen(cluster.basePort);
    try {
      const { code, stdout, stderr } = await runCommand(cluster.upArguments());
      expect(stdout + stderr).toContain(String(cluster.basePort));
      expect(stdout + stderr).not.toMatch(/\n\s+at /);
      expect(code).toBe(78);
    } finally {
      server.close();
      await cluster.close();
    }
  });

  it('data directory in use: code 78, naming it', async () => {
    await withCluster({ nodes: 1 }, async (cluster) => {
      const other = await RealCluster.create({ nodes: 1 });
      try {
        const args = other.upArguments().map((argument) => (argument === other.data ? cluster.data : argument));
        const { code, stdout, stderr } = await runCommand(args);
        expect(stdout + stderr).toContain(cluster.data);
        expect(stdout + stderr).not.toMatch(/\n\s+at /);
        expect(code).toBe(78);
      } finally {
        await other.close();
      }
      await createTopic(cluster.brokers, 'unharmed', 1, 1);
    });
  });

  it('data directory of another node: refused, and left as it was', async () => {
    await withCluster({ nodes: 1 }, async (cluster) => {
      await cluster.stop();
      const directory = cluster.node(1).dataDir;
      const before = await readdir(directory);
      const config = join(cluster.data, 'other.yaml');
      await writeFile(
        config,
        `node.id: 7\ndata.dir: ${directory}\nkafka.port: ${cluster.basePort}\npeer.port: ${cluster.basePort + 100}\nadmin.port: ${cluster.basePort + 552}\n`,
      );
      const { code, stdout, stderr } = await runCommand(['node', '--config', config]);
      expect(stdout + stderr).toContain(directory);
      expect(stdout + stderr).toMatch(/node 1\b/);
      expect(code).toBe(78);
      expect(await readdir(directory)).toEqual(before);
    });
  });

  it('a directory of something else: refused, and left as it was', async () => {
    const cluster = await RealCluster.create({ nodes: 1 });
    try {
      const config = join(cluster.data, 'node.yaml');
      await writeFile(join(cluster.data, 'letter.txt'), 'dear reader');
      await writeFile(
        config,
        `node.id: 1\ndata.dir: ${cluster.data}\nkafka.port: ${cluster.basePort}\npeer.port: ${cluster.basePort + 100}\nadmin.port: ${cluster.basePort + 552}\n`,
      );
      const { code, stdout, stderr } = await runCommand(['node', '--config', config]);
      expect(stdout + stderr).toContain(cluster.data);
      expect(code).toBe(78);
      expect(await readFile(join(cluster.data, 'letter.txt'), 'utf8')).toBe('dear reader');
    } finally {
      await cluster.close();
    }
  });

  it.each([
    { setting: 'flush=sometimes', names: ['flush', 'sometimes', 'always'] },
    { setting: 'flsh=os', names: ['flsh', 'flush'] },
    { setting: 'num.partitions=0', names: ['num.partitions', '0', '10000'] },
  ])('bad configuration $setting: code 78, naming key, value and what is allowed', async ({ setting, names }) => {
    const cluster = await RealCluster.create({ nodes: 1, config: [setting] });
    try {
      const { code, stdout, stderr } = await runCommand(cluster.upArguments());
      for (const name of names) expect(stdout + stderr).toContain(name);
      expect(stdout + stderr).not.toMatch(/\n\s+at /);
      expect(code).toBe(78);
    } finally {
      await cluster.close();
    }
  });
});

describe('damage on a disk', () => {
  it('a follower whose segment was cut is rebuilt from its peers, and nothing is missing', async () => {
    await withCluster({}, async (cluster) => {
      await createTopic(cluster.brokers, 'cut', 1);
      await produceSome(cluster, 'cut', 200);
      expect(await cluster.stop()).toBe(0);
      const [victim] = await segmentsOf(cluster.node(2).dataDir, 'cut-0');
      if (victim === undefined) throw new Error('node 2 has no segment of the topic');
      await truncate(victim, 100);
      await cluster.up();
      await inSync(cluster.brokers, 'cut', 3);
      expect(await readAll(cluster.brokers, 'cut')).toHaveLength(200);
    });
  });
});

describe('a partition with one replica whose segment is damaged', () => {
  async function damaged(work: (cluster: RealCluster, path: string, was: Buffer, at: number) => Promise<void>) {
    await withCluster({ nodes: 1 }, async (cluster) => {
      await createTopic(cluster.brokers, 'alone', 1, 1);
      for (let round = 0; round < 3; round += 1) await produceSome(cluster, 'alone', 100);
      expect(await cluster.stop()).toBe(0);
      const [path = ''] = await segmentsOf(cluster.node(1).dataDir, 'alone-0');
      const was = await readFile(path);
      // In the last of three batches.
      const at = was.length - 10;
      await writeFile(
        path,
        Buffer.concat([was.subarray(0, at), Buffer.from([(was[at] ?? 0) ^ 1]), was.subarray(at + 1)]),
      );
      await cluster.up();
      await work(cluster, path, was, at);
    });
  }
  const cli = (cluster: RealCluster, args: readonly string[]) =>
    runCommand([...args, '--bootstrap', cluster.bootstrap]);

  it('is refused with file and byte, and is there again after a restart with the file as it was', async () => {
    await damaged(async (cluster, path, was) => {
      const { stdout } = await cli(cluster, ['partition', 'describe', 'alone', '0', '-o', 'json']);
      const view = JSON.parse(stdout) as { readonly leader: unknown; readonly local: { readonly failure: string } };
      expect(view.leader).toBe(null);
      expect(view.local.failure).toMatch(new RegExp(`${path} at byte [0-9]+: `));
      expect((await cli(cluster, ['cluster', 'status'])).code).toBe(10);
      await cluster.stop();
      await writeFile(path, was);
      await cluster.up();
      expect(await readAll(cluster.brokers, 'alone')).toHaveLength(300);
      expect((await cli(cluster, ['cluster', 'status'])).code).toBe(0);
    });
  });

  it('goes on with what is left when an operator accepts the loss', async () => {
    await damaged(async (cluster, path) => {
      const recover = ['partition', 'recover', 'alone', '0', '-o', 'json'];
      expect((await cli(cluster, ['partition', 'elect', 'alone', '0', '--unclean'])).code).toBe(75);
      const asked = await cli(cluster, recover);
      expect([asked.code, asked.stderr]).toMatchObject([64, expect.stringContaining('--accept-loss')]);
      const { code, stdout, stderr } = await cli(cluster, [...recover, '--accept-loss']);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        topic: 'alone',
        partition: 0,
        node: 1,
        leader: 1,
        logEnd: 200,
        lost: { from: 200, to: 300 },
        aside: [`${path}.damaged`],
      });
      expect(await readAll(cluster.brokers, 'alone')).toHaveLength(200);
      await produceSome(cluster, 'alone', 10);
      const status = await cli(cluster, ['cluster', 'status', '-o', 'json']);
      expect(JSON.parse(status.stdout)).toMatchObject({ uncleanElections: 1, leaderless: { count: 0 } });
      const again = await cli(cluster, [...recover, '--accept-loss']);
      expect([again.code, again.stderr]).toMatchObject([65, expect.stringContaining('nothing need be lost')]);
    });
  });
});

/** Segment files of a partition's directory. */
async function segmentsOf(dataDir: string, partition: string): Promise<readonly string[]> {
  const names = await readdir(dataDir, { recursive: true });
  return names
    .filter((name) => name.includes(`${partition}`) && name.endsWith('.log'))
    .map((name) => join(dataDir, name));
}
