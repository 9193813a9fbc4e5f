/** Stories about topics that change under load. */
import { describe, expect, it } from 'vitest';
import { tell } from './story.ts';

const PACE = { everyMs: 20 };

describe('a topic', () => {
  it('that is deleted and made again under load keeps nothing of its former life', async () => {
    await tell({}, async (stage) => {
      const { cluster, history } = stage;
      await stage.topic('t', { partitions: 2 });
      const before = stage.writer({ topic: 't', partitions: 2, deliveryTimeoutMs: 2000, ...PACE }).start();
      await cluster.run(300);
      expect(before.acked).toBeGreaterThan(0);
      await cluster.wait(stage.admin.deleteTopic('t'));
      before.stop();
      await stage.quiet();
      history.forget('t');
      await stage.topic('t', { partitions: 2 });
      stage.writer({ topic: 't', partitions: 2, idempotent: true, ...PACE }).start();
      await cluster.run(500);
      await stage.end();
    });
  });

  it('that was deleted while a node was away is gone from that node too, and the new one is not mistaken for it', async () => {
    await tell({}, async (stage) => {
      const { cluster, history } = stage;
      await stage.topic('t');
      const writer = stage.writer({ topic: 't', ...PACE }).start();
      await cluster.run(300);
      const away =
        cluster.numbers().find((number) => ![cluster.controller(), cluster.leader('t', 0)].includes(number)) ?? 0;
      cluster.kill(away);
      writer.stop();
      await stage.quiet();
      await cluster.wait(stage.admin.deleteTopic('t'));
      history.forget('t');
      await stage.topic('t');
      stage.writer({ topic: 't', ...PACE }).start();
      await cluster.run(300);
      await cluster.wait(cluster.start(away));
      await stage.end();
      const directories = new Set(
        cluster
          .machine(away)
          .disk.paths()
          .filter((path) => path.includes('/logs/t-'))
          .map((path) => path.split('/')[3]),
      );
      expect(directories.size).toBe(1);
    });
  });

  it('that gets more partitions under load serves them all', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 1 });
      stage.writer({ topic: 't', idempotent: true, ...PACE }).start();
      await cluster.run(200);
      await cluster.wait(stage.admin.createPartitions('t', 4));
      await cluster.until(() => cluster.image()?.topicsByName.get('t')?.partitions.length === 4, 2000, 'four');
      const all = stage.writer({ topic: 't', partitions: 4, idempotent: true, ...PACE }).start();
      cluster.kill(cluster.leader('t', 3) ?? 0);
      await cluster.run(1000);
      expect(all.acked).toBeGreaterThan(20);
      await stage.end();
    });
  });
});
