/** Stories about transactions: leaders and coordinators die, and each transaction is read whole or not at all. */
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';
import { TransactionalWriter } from './transactional-writer.ts';

function writer(stage: Stage, name: string, transactionVersion: 1 | 2): TransactionalWriter {
  const random = stage.cluster.world.random.fork(name);
  const options = { name, topic: 't', partitions: 3, random, everyMs: 20, transactionVersion } as const;
  const made = new TransactionalWriter(stage.cluster, stage.history, options).start();
  stage.workers.push(made);
  return made;
}

describe('transactions', () => {
  it.each([1, 2] as const)('of TV%i are read whole or not at all, though each node dies once', async (version) => {
    await tell({ settings: ['transaction.state.log.num.partitions=3'] }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      const writers = [writer(stage, 'one', version), writer(stage, 'two', version)];
      const committed = (): number => Math.min(...writers.map((each) => each.count('committed')));
      await cluster.until(() => committed() >= 10, 30_000, 'commits');
      for (const node of cluster.numbers()) {
        const before = committed();
        cluster.kill(node);
        await cluster.until(() => committed() >= before + 5, 60_000, 'commits go on');
        await cluster.wait(cluster.start(node));
        await cluster.untilReady();
      }
      await stage.end();
      expect(writers.every((each) => each.count('aborted') > 0)).toBe(true);
    });
  });

  it('are the same after a start from saved states: small segments, a leader cut off, power lost everywhere', async () => {
    await tell({ segmentBytes: 4000, settings: ['transaction.state.log.num.partitions=3'] }, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      const writers = [writer(stage, 'one', 2), writer(stage, 'two', 1)];
      const goOn = async (): Promise<void> => {
        const before = Math.min(...writers.map((each) => each.count('committed')));
        const now = (): number => Math.min(...writers.map((each) => each.count('committed')));
        await cluster.until(() => now() >= before + 10, 60_000, 'commits go on');
      };
      await goOn();
      cluster.world.network.isolate(cluster.machine(cluster.leader('t', 0) ?? 1));
      await goOn();
      cluster.world.network.heal();
      for (const node of cluster.numbers()) cluster.powerLoss(node, 'lose-all');
      cluster.startDead();
      await cluster.untilReady();
      await goOn();
      await stage.end();
    });
  });
});
