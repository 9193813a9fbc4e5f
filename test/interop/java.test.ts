/** Kafka's own console tools, which are the Java client as it is by default: idempotent, incremental fetch sessions, KIP-848 aware. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RealCluster } from '../e2e/real-cluster.ts';
import { createTopic } from '../e2e/stock-client.ts';
import { needKafkaTools, runKafkaTool } from './toolchain.ts';
import type { ToolResult } from './toolchain.ts';

let cluster: RealCluster;
let classPath = '';
beforeAll(async () => {
  classPath = needKafkaTools();
  cluster = await RealCluster.create();
  await cluster.up();
}, 300_000);
afterAll(() => cluster?.close());

async function run(tool: string, args: readonly string[], input = ''): Promise<ToolResult> {
  const result = await runKafkaTool(
    classPath,
    `org.apache.kafka.tools.${tool}`,
    ['--bootstrap-server', cluster.bootstrap, ...args],
    { input },
  );
  expect(result.code, `${result.stdout}\n${result.stderr}`).toBe(0);
  return result;
}

const lines = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `line ${index}`);

describe("Kafka's console tools", () => {
  it('create, describe, alter, list and delete topics', async () => {
    await run('TopicCommand', [
      '--create',
      '--topic',
      'tools',
      '--partitions',
      '3',
      '--replication-factor',
      '3',
      '--config',
      'min.insync.replicas=2',
    ]);
    const { stdout } = await run('TopicCommand', ['--describe', '--topic', 'tools']);
    expect(stdout).toMatch(/Topic: tools.*PartitionCount: 3.*ReplicationFactor: 3.*min.insync.replicas=2/);
    await run('TopicCommand', ['--alter', '--topic', 'tools', '--partitions', '5']);
    expect((await run('TopicCommand', ['--list'])).stdout.split('\n')).toContain('tools');
    await run('TopicCommand', ['--delete', '--topic', 'tools']);
  });

  it('produce and consume, with and without compression', async () => {
    await createTopic(cluster.brokers, 'console', 3);
    await run('ConsoleProducer', ['--topic', 'console'], lines(1000).join('\n'));
    await run('ConsoleProducer', ['--topic', 'console', '--compression-codec', 'zstd'], lines(1000).join('\n'));
    const { stdout } = await run('consumer.ConsoleConsumer', [
      '--topic',
      'console',
      '--from-beginning',
      '--max-messages',
      '2000',
      '--timeout-ms',
      '30000',
    ]);
    expect(stdout.trimEnd().split('\n').sort()).toEqual([...lines(1000), ...lines(1000)].sort());
  });

  it('consume in a classic group, and show where it is', async () => {
    await createTopic(cluster.brokers, 'grouped', 2);
    await run('ConsoleProducer', ['--topic', 'grouped'], lines(100).join('\n'));
    const { stdout } = await run('consumer.ConsoleConsumer', [
      '--topic',
      'grouped',
      '--group',
      'java-group',
      '--from-beginning',
      '--max-messages',
      '100',
      '--timeout-ms',
      '30000',
    ]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(100);
    const described = await run('consumer.group.ConsumerGroupCommand', ['--describe', '--group', 'java-group']);
    expect(described.stdout).toMatch(/java-group\s+grouped\s+[01]\s+\d+\s+\d+\s+0/);
    expect((await run('consumer.group.ConsumerGroupCommand', ['--list'])).stdout).toContain('java-group');
  });

  it('configs, offsets, records to delete, versions, leaders, quorum', async () => {
    await createTopic(cluster.brokers, 'misc', 1);
    await run('ConsoleProducer', ['--topic', 'misc'], lines(10).join('\n'));
    expect((await run('GetOffsetShell', ['--topic', 'misc'])).stdout).toContain('misc:0:10');
    const { stdout } = await run('BrokerApiVersionsCommand', []);
    expect(stdout).toMatch(/id: 1/);
    expect(stdout).toContain('Produce(0)');
    await run('LeaderElectionCommand', ['--election-type', 'preferred', '--topic', 'misc', '--partition', '0']);
  });

  it('a producer at speed', async () => {
    await createTopic(cluster.brokers, 'speed', 1);
    const args = [
      '--topic',
      'speed',
      '--num-records',
      '50000',
      '--record-size',
      '200',
      '--throughput',
      '-1',
      '--producer-props',
      `bootstrap.servers=${cluster.bootstrap}`,
      'acks=all',
    ];
    const { code, stdout, stderr } = await runKafkaTool(classPath, 'org.apache.kafka.tools.ProducerPerformance', args);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('50000 records sent');
    expect((await run('GetOffsetShell', ['--topic', 'speed'])).stdout).toContain('speed:0:50000');
  });
});
