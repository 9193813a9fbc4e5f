/** Stories about transactions: leaders and coordinators die, and each transaction is read whole or not at all. */
import { describe, expect, it } from 'vitest';
import {
  ALWAYS_BUSY,
  IsolatedReader,
  Pace,
  TransactionalWriter,
  TransactionAuditor,
} from '../../chaos/workload/index.ts';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

const TOPIC = { topic: 't', partitions: 3 };
const TIMEOUT_MS = 2000;

/** Two writers, a reader of what is committed, and who judges them at the end. */
async function beginTransactions(
  stage: Stage,
  versions: readonly [1 | 2, 1 | 2],
): Promise<readonly TransactionalWriter[]> {
  const { cluster, history, transactions } = stage;
  await stage.topic(TOPIC.topic, { partitions: TOPIC.partitions });
  const pace = new Pace(ALWAYS_BUSY, () => cluster.world.now());
  const writers = versions.map((version, index) => {
    const name = `writer${index + 1}`;
    const line = transactions.line(name);
    const random = cluster.world.random.fork(name);
    const shared = { ...TOPIC, line, random, pace, group: null, transactionTimeoutMs: TIMEOUT_MS };
    const options = { ...shared, name, everyMs: 20, old: version === 1 };
    return new TransactionalWriter(cluster, history, transactions, options).start();
  });
  const reader = new IsolatedReader(cluster, history, transactions, {
    ...TOPIC,
    name: 'reader',
    pace,
    restMs: 0,
  }).start();
  stage.isolated.push(reader);
  const topics = [{ ...TOPIC, readers: [reader] }];
  const judged = { topics, groups: [], transformation: null, timeoutMsMax: TIMEOUT_MS, patience: 1 };
  stage.workers.push(...writers, new TransactionAuditor(cluster, history, transactions, judged));
  return writers;
}

describe('transactions', () => {
  it.each([1, 2] as const)('of TV%i are read whole or not at all, though each node dies once', async (version) => {
    await tell({ settings: ['transaction.state.log.num.partitions=3'] }, async (stage) => {
      const { cluster } = stage;
      const writers = await beginTransactions(stage, [version, version]);
      const committed = (): number => Math.min(...writers.map((each) => each.committed));
      await cluster.until(() => committed() >= 10, 60_000, 'commits');
      for (const node of cluster.numbers()) {
        const before = committed();
        cluster.kill(node);
        await cluster.until(() => committed() >= before + 5, 60_000, 'commits go on');
        await cluster.wait(cluster.start(node));
        await cluster.untilReady();
      }
      await stage.end();
      expect(stage.transactions.all().filter(({ state }) => state === 'aborted').length).toBeGreaterThan(0);
    });
  });

  it('are the same after a start from saved states: small segments, a leader cut off, power lost everywhere', async () => {
    await tell({ segmentBytes: 4000, settings: ['transaction.state.log.num.partitions=3'] }, async (stage) => {
      const { cluster } = stage;
      const writers = await beginTransactions(stage, [2, 1]);
      const committed = (): number => Math.min(...writers.map((each) => each.committed));
      const goOn = async (): Promise<void> => {
        const before = committed();
        await cluster.until(() => committed() >= before + 10, 60_000, 'commits go on');
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
