/** Stories about consumer groups of KIP-848: coordinators and members die, members come and go, and no commit is lost. */
import { describe, expect, it } from 'vitest';
import { ConsumerMember, ReaderLedger } from '../../chaos/workload/index.ts';
import type { ConsumerMemberOptions, Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

const PARTITIONS = 6;
const ALL = [0, 1, 2, 3, 4, 5];

class Troupe {
  readonly ledger = new ReaderLedger();
  readonly members: ConsumerMember[] = [];
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async begin(count: number): Promise<this> {
    await this.#stage.topic('t', { partitions: PARTITIONS });
    this.#stage.writer({ topic: 't', partitions: PARTITIONS, idempotent: true, everyMs: 20 }).start();
    for (let index = 0; index < count; index += 1) this.add();
    await this.shared(count);
    return this;
  }

  add(options: Partial<ConsumerMemberOptions> = {}): ConsumerMember {
    const name = options.name ?? `consumer${this.members.length + 1}`;
    const { cluster, history, workers } = this.#stage;
    const member = new ConsumerMember(cluster, history, this.ledger, { group: 'kip', topic: 't', ...options, name });
    this.members.push(member);
    workers.push(member);
    return member.start();
  }

  /** All partitions are read, by `count` members, as evenly as can be, and commits go on. */
  async shared(count: number, withinMs = 20_000): Promise<void> {
    const { cluster } = this.#stage;
    const even = (): boolean => {
      const sizes = this.members.map(({ reading }) => reading.length).filter((size) => size > 0);
      return (
        sizes.length === count &&
        sizes.reduce((sum, size) => sum + size, 0) === PARTITIONS &&
        Math.max(...sizes) - Math.min(...sizes) <= 1
      );
    };
    await cluster.until(even, withinMs, `${count} members share the partitions`);
    expect(this.ledger.read).toEqual(ALL);
    const { commits } = this.ledger;
    await cluster.until(() => this.ledger.commits > commits + 20, withinMs, 'commits go on');
  }
}

describe('a consumer group of KIP-848', () => {
  it('shares partitions among members that come and go, one partition at a time', async () => {
    await tell({}, async (stage) => {
      const troupe = await new Troupe(stage).begin(1);
      troupe.add();
      await troupe.shared(2);
      troupe.add({ regex: 't|nothing-else' });
      await troupe.shared(3);
      await stage.cluster.wait(troupe.members[0]?.leave() ?? Promise.resolve());
      await troupe.shared(2);
      expect(troupe.ledger.fenced).toBe(0);
      await stage.end();
    });
  });

  it('goes on after its coordinator was killed, with the same epochs and from what it had committed', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      const troupe = await new Troupe(stage).begin(3);
      const epochs = troupe.members.map(({ epoch }) => epoch);
      for (let partition = 0; partition < 3; partition += 1) {
        const leader = cluster.leader('__consumer_offsets', partition);
        if (leader === null || cluster.dead().length > 0) continue;
        cluster.kill(leader);
        await troupe.shared(3);
        await cluster.wait(cluster.start(leader));
        await cluster.untilReady();
      }
      expect(troupe.members.map(({ epoch }) => epoch)).toEqual(epochs);
      expect(troupe.ledger.fenced).toBe(0);
      await stage.end();
    });
  });

  it('gives the partitions of a member that vanished to the others when its session is over', async () => {
    await tell({ settings: ['group.consumer.session.timeout.ms=6000'] }, async (stage) => {
      const troupe = await new Troupe(stage).begin(3);
      troupe.members[1]?.stop();
      await troupe.shared(2);
      await stage.end();
    });
  });

  it('keeps the partitions of a static member that comes back under another id', async () => {
    await tell({}, async (stage) => {
      const troupe = await new Troupe(stage).begin(1);
      const fixed = troupe.add({ instanceId: 'fixed' });
      await troupe.shared(2);
      const before = fixed.reading;
      await stage.cluster.wait(fixed.leave(true));
      await stage.cluster.run(2_000);
      fixed.start();
      await troupe.shared(2);
      expect(fixed.reading).toEqual(before);
      await stage.end();
    });
  });

  it('loses no commit when all machines lose power', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      const troupe = await new Troupe(stage).begin(2);
      for (const number of cluster.numbers()) cluster.powerLoss(number, 'lose-all');
      cluster.startDead();
      await cluster.untilReady();
      await troupe.shared(2, 30_000);
      await stage.end();
    });
  });
});
