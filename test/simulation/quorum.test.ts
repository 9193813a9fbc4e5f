/** Stories of topics whose replicas elect their leader by votes, as the metadata group does. */
import { describe, expect, it } from 'vitest';
import { tell } from './story.ts';

const QUORUM = { configs: { replication: 'quorum' } };

describe('a topic with replication=quorum', () => {
  it('is read past the no-ops of several leaders without a step back', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('q', QUORUM);
      const writer = stage.writer({ topic: 'q', idempotent: true }).start();
      const reader = stage.reader({ topic: 'q' }).start();
      await cluster.run(200);
      writer.stop();
      for (let round = 0; round < 2; round += 1) {
        const leader = cluster.leader('q', 0) ?? 0;
        cluster.kill(leader);
        await cluster.until(() => ![null, leader].includes(cluster.leader('q', 0)), 5000, 'another leader');
        await cluster.wait(cluster.start(leader));
        await cluster.untilReady();
      }
      writer.start();
      await cluster.run(500);
      await stage.end();
      expect(reader.events).toEqual([]);
      expect(reader.count).toBeGreaterThan(writer.acked - 1);
    });
  });
});
