/** Beyond the budget: what is missing must have been said, and is then counted. */
import { describe, expect, test } from 'vitest';
import { DeclaredLoss, loudOrWhole } from '../../../chaos/checkers/index.ts';
import { apply } from '../../../chaos/schedule/index.ts';
import { Stage } from '../../../chaos/workload/index.ts';

async function written(seed: number): Promise<{ readonly stage: Stage; readonly declared: DeclaredLoss }> {
  const stage = new Stage({ seed, nodes: 3 });
  await stage.open();
  await stage.topic('t');
  const declared = new DeclaredLoss(stage.cluster).watch();
  stage.history.onAck = null;
  const writer = stage.writer({ topic: 't' }).start();
  await stage.cluster.until(() => writer.acked >= 20, 10_000, 'twenty records');
  writer.stop();
  await stage.cluster.until(() => writer.pending === 0, 10_000, 'all are answered');
  return { stage, declared };
}

describe('beyond the budget', () => {
  test('a partition that has everything is whole, and nothing is declared', async () => {
    const { stage, declared } = await written(1);
    expect(declared.isDeclared('t', 0)).toBe(false);
    expect(await loudOrWhole(stage.cluster, stage.history, declared)).toMatchObject({
      whole: 1,
      declared: 0,
      refused: 0,
    });
  });

  test('a record that is missing and of which nobody has said so is a violation', async () => {
    const { stage, declared } = await written(2);
    const lost = { id: 'lost', topic: 't', partition: 0, writer: 'w', number: 1, sentAt: 0, kept: true, once: false };
    stage.history.ack(stage.history.add(lost), 1000, stage.cluster.world.now());
    await expect(loudOrWhole(stage.cluster, stage.history, declared)).rejects.toThrow('D7: lost of t/0');
  });

  test('logs that are gone from all disks at once are refused, not served as empty', async () => {
    const { stage, declared } = await written(3);
    const { cluster } = stage;
    // In order, or the journal still has it all.
    for (const node of cluster.numbers()) await cluster.wait(cluster.stop(node), 120_000);
    for (const node of cluster.numbers()) {
      const path = cluster
        .machine(node)
        .disk.paths()
        .find((each) => each.includes('/logs/t-0.') && each.endsWith('.log'));
      expect(apply(cluster, { kind: 'delete-file', node, path: path ?? '' })).toBeNull();
    }
    cluster.startDead();
    await cluster.run(15_000);
    const outcome = await loudOrWhole(cluster, stage.history, declared);
    expect(outcome.whole).toBe(0);
    expect(declared.isDeclared('t', 0)).toBe(true);
  });
});
