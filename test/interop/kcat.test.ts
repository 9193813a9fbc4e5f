/** kcat, which is librdkafka 1 or 2 by distribution: list, produce in every compression, consume, groups, offsets. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RealCluster } from '../e2e/real-cluster.ts';
import { createTopic } from '../e2e/stock-client.ts';
import { needKcat, runTool } from './toolchain.ts';
import type { ToolResult } from './toolchain.ts';

let cluster: RealCluster;
let kcat = '';
beforeAll(async () => {
  kcat = needKcat();
  cluster = await RealCluster.create();
  await cluster.up();
});
afterAll(() => cluster?.close());

async function run(args: readonly string[], input = ''): Promise<ToolResult> {
  const result = await runTool(kcat, ['-b', cluster.bootstrap, ...args], { input, milliseconds: 40_000 });
  expect(result.code, result.stderr).toBe(0);
  return result;
}

const lines = (count: number, prefix: string): string =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`).join('\n');

describe('kcat', () => {
  it('lists brokers and topics', async () => {
    await createTopic(cluster.brokers, 'listed', 3);
    const { stdout } = await run(['-L', '-J']);
    const listed = JSON.parse(stdout) as {
      readonly brokers: readonly unknown[];
      readonly topics: readonly { readonly topic: string; readonly partitions: readonly unknown[] }[];
    };
    expect(listed.brokers).toHaveLength(3);
    expect(listed.topics.find(({ topic }) => topic === 'listed')?.partitions).toHaveLength(3);
  });

  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'produces with acks=all and reads back, compression %s',
    async (codec) => {
      await createTopic(cluster.brokers, `codec-${codec}`, 2);
      const input = lines(2000, `value of ${codec}`);
      await run(['-P', '-t', `codec-${codec}`, '-z', codec, '-X', 'acks=all'], input);
      const { stdout } = await run([
        '-C',
        '-t',
        `codec-${codec}`,
        '-o',
        'beginning',
        '-e',
        '-q',
        '-X',
        'check.crcs=true',
      ]);
      expect(stdout.trimEnd().split('\n').sort()).toEqual(input.split('\n').sort());
    },
  );

  it('is idempotent, with keys and headers', async () => {
    await createTopic(cluster.brokers, 'once', 1);
    await run(['-P', '-t', 'once', '-K', ':', '-H', 'from=kcat', '-X', 'enable.idempotence=true'], 'a:1\nb:2\n');
    const { stdout } = await run(['-C', '-t', 'once', '-e', '-q', '-f', '%o %k %s %h\\n']);
    expect(stdout).toBe('0 a 1 from=kcat\n1 b 2 from=kcat\n');
  });

  it('consumes in a group, and goes on behind what was committed', async () => {
    await createTopic(cluster.brokers, 'grouped', 3);
    await run(['-P', '-t', 'grouped'], lines(30, 'first'));
    const group = ['-G', 'kcat-group', '-e', '-q', '-X', 'auto.offset.reset=earliest', 'grouped'];
    expect((await run(group)).stdout.trimEnd().split('\n')).toHaveLength(30);
    await run(['-P', '-t', 'grouped'], lines(5, 'second'));
    const again = (await run(group)).stdout.trimEnd().split('\n');
    expect(again.sort()).toEqual(lines(5, 'second').split('\n'));
  });

  it('asks for offsets by time', async () => {
    await createTopic(cluster.brokers, 'timed', 1);
    await run(['-P', '-t', 'timed'], lines(3, 'x'));
    const { stdout } = await run(['-Q', '-t', 'timed:0:1']);
    expect(stdout).toContain('timed [0] offset 0');
  });
});
