/** Stories about leaders: killed, paused, isolated, and what becomes of what they had acknowledged. */
import { describe, expect, it } from 'vitest';
import { tell } from './story.ts';

describe('a leader', () => {
  it('that is killed while producers write costs nothing that was acknowledged, and less than a second', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('t', { partitions: 3 });
      const once = stage.writer({ topic: 't', partitions: 3, idempotent: true }).start();
      const plain = stage.writer({ topic: 't', partitions: 3 }).start();
      stage.reader({ topic: 't', partitions: 3 }).start();
      await cluster.run(500);
      cluster.kill(cluster.leader('t', 0) ?? 0);
      await cluster.run(2000);
      console.log(once.longestGap, plain.longestGap, once.acked);
      expect(once.longestGap).toBeLessThan(1000);
      expect(once.acked).toBeGreaterThan(100);
      console.log(await stage.end());
    });
  });
});
