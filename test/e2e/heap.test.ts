/**
 * The heap of a node that was started directly, as a service manager does: no flags of V8 on its command line.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { batchOf, connectClient, produceTo } from '../../bench/bench-cluster.ts';
import { AdminClient } from '../../src/client/index.ts';
import { startCommand } from './command.ts';
import { until } from './deadline.ts';
import { freeBasePort } from './free-ports.ts';

const BATCHES = 240;
const BATCH_BYTES = 1_000_000;

it('a stream through a node costs one full collection per 30 MB at most, not one per 15', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'flotilla-heap-'));
  const port = await freeBasePort(1);
  const settings = [`data.dir=${directory}`, 'node.id=1', 'flush=os', `kafka.port=${port}`, `peer.port=${port + 100}`];
  const node = startCommand(
    ['node', ...[...settings, `admin.port=${port + 552}`].flatMap((setting) => ['-X', setting])],
    { nodeFlags: ['--trace-gc'] },
  );
  const gone = new Promise((resolve) => node.once('exit', resolve));
  let trace = '';
  node.stdout?.setEncoding('utf8').on('data', (text: string) => (trace += text));
  const client = connectClient([`127.0.0.1:${port}`]);
  try {
    await until('a topic', 20_000, async () => {
      await new AdminClient(client).createTopic({ name: 'big', partitions: 1, replicationFactor: 1, configs: {} });
      await client.refresh(['big']);
      return true;
    });
    const records = [{ partition: 0, records: batchOf(1000, BATCH_BYTES / 1000) }];
    await until('its leader leads', 20_000, async () => {
      await produceTo(client, 1, 'big', records);
      return true;
    });
    let sent = 1;
    const lane = async (): Promise<void> => {
      while (sent < BATCHES) {
        sent += 1;
        await produceTo(client, 1, 'big', records);
      }
    };
    await Promise.all(Array.from({ length: 5 }, lane));
    const collections = trace.split('\n').filter((line) => line.includes('Mark-Compact')).length;
    expect(collections).toBeLessThanOrEqual((BATCHES * BATCH_BYTES) / 30e6);
  } finally {
    client.close();
    node.kill('SIGKILL');
    await gone;
    await rm(directory, { recursive: true, force: true });
  }
});
