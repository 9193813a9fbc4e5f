/** Clients that are not as good clients are, on a cluster that is well: what they count, and what the history says afterwards. */
import { describe, expect, it } from 'vitest';
import {
  ALWAYS_BUSY,
  Pace,
  RudeClient,
  SequencedWriter,
  Stage,
  startWorkload,
  TopicRacer,
} from '../../../chaos/workload/index.ts';
import { quietWorkload } from './quiet-workload.ts';

async function begin(): Promise<Stage> {
  const stage = await new Stage({ seed: 'unusual clients', nodes: 3 }).open();
  await stage.topic('t', { partitions: 2 });
  return stage;
}

function optionsFor({ cluster }: Stage, name: string) {
  const { world } = cluster;
  const pace = new Pace(ALWAYS_BUSY, () => world.now());
  return { name, topic: 't', partitions: 2, random: world.random.fork(name), pace, everyMs: 20 };
}

describe('a sequenced writer', () => {
  it('has everything acknowledged, its repeats recognized, its gaps and old epochs refused', async () => {
    const stage = await begin();
    const writer = new SequencedWriter(stage.cluster, stage.history, optionsFor(stage, 'sequenced'));
    stage.workers.push(writer.start());
    await stage.cluster.run(6000);
    await stage.quiet();
    expect(writer.recognized).toBeGreaterThan(10);
    const outcomes = new Map<string, number>();
    for (const { outcome } of stage.history.records()) {
      const reason = outcome.kind === 'failed' ? `${outcome.reason}, ${outcome.definite ? 'definite' : 'maybe'}` : '';
      const text = `${outcome.kind} ${reason}`.trim();
      outcomes.set(text, (outcomes.get(text) ?? 0) + 1);
    }
    // Of ids that were left behind with something under way.
    outcomes.delete('unknown');
    const refused = ['failed error 45, definite', 'failed error 47, definite'];
    expect([...outcomes.keys()].sort()).toEqual(['acked', ...refused]);
    expect(outcomes.get('acked')).toBeGreaterThan(100);
    await stage.end();
  });

  it('sends again what was under way when its leader died', async () => {
    const stage = await begin();
    const writer = new SequencedWriter(stage.cluster, stage.history, optionsFor(stage, 'sequenced'));
    stage.workers.push(writer.start());
    for (let round = 0; round < 2; round += 1) {
      await stage.cluster.run(2000);
      const leader = stage.cluster.leader('t', 0) ?? 0;
      stage.cluster.kill(leader);
      await stage.cluster.run(500);
      stage.cluster.startDead();
    }
    await stage.end();
    expect(stage.history.acked).toBeGreaterThan(100);
  });
});

describe('a rude client', () => {
  it('is closed or refused by every node, and writes nothing but what it left behind', async () => {
    const stage = await begin();
    const rude = new RudeClient(stage.cluster, stage.history, optionsFor(stage, 'rude'));
    stage.workers.push(rude.start());
    await stage.cluster.run(3000);
    expect(rude.refused).toBeGreaterThan(10);
    await stage.end();
    expect(rude.refused).toBeGreaterThan(20);
    expect(stage.history.sent).toBeGreaterThan(3);
  });
});

describe('racers', () => {
  it('write to topics that are deleted meanwhile, and are told so', async () => {
    const stage = await new Stage({ seed: 'racers', nodes: 3 }).open();
    const { cluster, history } = stage;
    await startWorkload(stage, { ...quietWorkload(3), admins: 2, racers: 2 });
    await cluster.run(5000);
    await stage.end();
    const racers = stage.workers.filter((worker) => worker instanceof TopicRacer);
    const told = (code: number): number => racers.reduce((sum, { codes }) => sum + (codes.get(code) ?? 0), 0);
    expect(told(0)).toBeGreaterThan(20);
    expect(told(100)).toBeGreaterThan(0);
    const labels = new Set(
      history
        .records()
        .filter(({ writer }) => writer.startsWith('racer'))
        .map(({ topic }) => topic),
    );
    expect(labels.size).toBeGreaterThan(2);
    expect([...labels].every((label) => /^c[12]#/.test(label))).toBe(true);
  });
});
