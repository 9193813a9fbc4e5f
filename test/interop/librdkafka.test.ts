/** librdkafka 2 through Python's confluent-kafka: what most clients outside of Java and Go are built on. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withCluster } from '../e2e/real-cluster.ts';
import { needLibrdkafka, runTool } from './toolchain.ts';

describe('librdkafka', () => {
  it('administers, produces idempotently, consumes in a group and commits', async () => {
    const python = needLibrdkafka();
    await withCluster({}, async (cluster) => {
      const script = join(import.meta.dirname, 'librdkafka.py');
      const { code, stdout, stderr } = await runTool(python, [script, cluster.bootstrap], { milliseconds: 120_000 });
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout.trim())).toEqual({
        delivered: 5000,
        failed: [],
        read: 5000,
        committed: 5000,
        brokers: 3,
      });
    });
  });
});
