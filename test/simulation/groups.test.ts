/** Stories about consumer groups: their coordinator dies, a member dies, and no commit is lost. */
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

async function coordinator({ cluster, members }: Stage): Promise<number> {
  expect(members.length).toBeGreaterThan(0);
  await cluster.until(() => cluster.image()?.topicsByName.has('__consumer_offsets') === true, 5000, 'offsets topic');
  return cluster.leader('__consumer_offsets', 0) ?? 0;
}

async function begin(stage: Stage, members: number): Promise<void> {
  await stage.topic('t', { partitions: 4 });
  stage.writer({ topic: 't', partitions: 4, idempotent: true, everyMs: 20 }).start();
  for (let index = 0; index < members; index += 1) stage.member({ topic: 't', partitions: 4 }).start();
  await stage.cluster.until(() => stage.group.commits > 10, 15_000, 'commits');
}

describe('a consumer group', () => {
  it('goes on after its coordinator was killed, from what it had committed', async () => {
    await tell({}, async (stage) => {
      const { cluster, group } = stage;
      await begin(stage, 2);
      // Every partition of the offsets topic gets a new leader: one of them is the group's.
      for (let partition = 0; partition < 3; partition += 1) {
        const leader = cluster.leader('__consumer_offsets', partition);
        if (leader === null || cluster.dead().length > 0) continue;
        const commits = group.commits;
        cluster.kill(leader);
        await cluster.until(() => group.commits > commits + 5, 15_000, 'commits go on');
        await cluster.wait(cluster.start(leader));
        await cluster.untilReady();
      }
      await stage.end();
    });
  });

  it('gives the partitions of a member that vanished to the others', async () => {
    await tell({}, async (stage) => {
      const { cluster, group, members } = stage;
      await begin(stage, 3);
      await coordinator(stage);
      await cluster.until(() => members.every(({ count }) => count > 0), 15_000, 'all have work');
      const before = group.generations;
      cluster.world.machine('member1').kill();
      await cluster.until(() => group.generations > before, 20_000, 'another generation');
      const commits = group.commits;
      await cluster.until(() => group.commits > commits + 10, 10_000, 'commits go on');
      await stage.end();
    });
  });

  it('loses no commit when all machines lose power', async () => {
    await tell({}, async (stage) => {
      const { cluster, group } = stage;
      await begin(stage, 2);
      for (const number of cluster.numbers()) cluster.powerLoss(number, 'lose-all');
      cluster.startDead();
      await cluster.untilReady();
      const commits = group.commits;
      await cluster.until(() => group.commits > commits + 10, 20_000, 'commits go on');
      await stage.end();
    });
  });
});
