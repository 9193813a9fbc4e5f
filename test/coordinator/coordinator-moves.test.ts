/**
 * The coordinator moves at every moment of a rebalance; clients that do what stock clients do end in one generation with
 * everything assigned, and nobody waits longer than sessions and rebalance timeouts last.
 *
 * ```
 *  0 s: a, b join ── 10 s: c joins, b falls silent ── moves at 10 s + n × step ── by 10 s + session + rebalance timeout: a and c share
 * ```
 */
import { describe, expect, test } from 'vitest';
import { millis } from '../../raft/index.ts';
import { NodeBench } from './node-bench.ts';

const SESSION_MS = 10_000;
const REBALANCE_MS = 20_000;
const LOST = new Set([14, 15, 16]);

class ClassicClient {
  readonly #bench: NodeBench;
  readonly name: string;
  id = '';
  generation = -1;
  /** Null while it has none. */
  assignment: string | null = null;
  alive = true;

  constructor(bench: NodeBench, name: string) {
    this.#bench = bench;
    this.name = name;
  }

  async run(): Promise<void> {
    while (this.alive) {
      if (!(await this.#join())) await this.#sleep(100);
      else await this.#beat();
      this.assignment = null;
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#bench.clock.setTimer(millis(ms), resolve));
  }

  /** Join and Sync; false: begin anew. */
  async #join(): Promise<boolean> {
    const joined = await this.#bench.ask('joinGroup', 4, {
      groupId: 'g',
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      memberId: this.id,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from(this.name) }],
    });
    if (joined.errorCode === 25) this.id = '';
    if (joined.errorCode === 79) this.id = joined.memberId;
    if (joined.errorCode !== 0 || !this.alive) return false;
    this.generation = joined.generationId;
    const all = joined.members
      .map(({ metadata }) => Buffer.from(metadata).toString())
      .toSorted()
      .join();
    const assignments = joined.members.map(({ memberId }) => ({ memberId, assignment: Buffer.from(all) }));
    const { generation: generationId, id: memberId } = this;
    const synced = await this.#bench.ask('syncGroup', 3, { groupId: 'g', generationId, memberId, assignments });
    if (synced.errorCode === 25) this.id = '';
    if (synced.errorCode !== 0) return false;
    this.assignment = Buffer.from(synced.assignment).toString();
    return true;
  }

  /** Until it must join again. */
  async #beat(): Promise<void> {
    while (this.alive) {
      await this.#sleep(1_000);
      if (!this.alive) return;
      const error = await this.#bench.beat('g', this);
      if (error === 25) this.id = '';
      if (error !== 0 && !LOST.has(error)) return;
    }
  }
}

describe('a coordinator that moves during a rebalance', () => {
  const moments = Array.from({ length: 26 }, (_, at) => 10_000 + at * 450);

  test.each(moments)('at %i ms: those who live share the group in time', async (moment) => {
    const bench = new NodeBench();
    await bench.lead();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new ClassicClient(bench, name)) as [
      ClassicClient,
      ClassicClient,
      ClassicClient,
    ];
    void a.run();
    void b.run();
    await bench.clock.advance(10_000);
    expect([a.assignment, b.assignment]).toEqual(['a,b', 'a,b']);
    b.alive = false;
    void c.run();
    await bench.clock.advance(moment - 10_000);
    await bench.lead();
    // And once more, before everybody is back.
    await bench.clock.advance(700);
    await bench.lead();
    await bench.clock.advance(SESSION_MS + REBALANCE_MS);
    expect([a.assignment, c.assignment]).toEqual(['a,c', 'a,c']);
    expect(a.generation).toBe(c.generation);
    const { generation } = a;
    await bench.clock.advance(60_000);
    expect([a.generation, c.generation]).toEqual([generation, generation]);
    expect((await bench.ask('listGroups', 4, {})).groups).toMatchObject([{ groupState: 'Stable' }]);
  });

  test('who falls silent is missed by its session, also when nobody else gives reason to rebalance', async () => {
    const bench = new NodeBench();
    await bench.lead();
    const [a, b] = ['a', 'b'].map((name) => new ClassicClient(bench, name)) as [ClassicClient, ClassicClient];
    void a.run();
    void b.run();
    await bench.clock.advance(10_000);
    b.alive = false;
    await bench.lead();
    await bench.clock.advance(SESSION_MS + 2_000);
    expect(a.assignment).toBe('a');
  });

  test('a group that is larger than it may be by now rebalances as soon as it is loaded', async () => {
    const settings = { groupMembersMax: 2 };
    const bench = new NodeBench(settings);
    await bench.lead();
    const [a, b] = ['a', 'b'].map((name) => new ClassicClient(bench, name)) as [ClassicClient, ClassicClient];
    void a.run();
    void b.run();
    await bench.clock.advance(5_000);
    expect([a.assignment, b.assignment]).toEqual(['a,b', 'a,b']);
    Object.assign(bench.coordinator.options.settings, { groupMembersMax: 1 });
    await bench.lead();
    await bench.clock.advance(SESSION_MS + REBALANCE_MS);
    expect([a.assignment, b.assignment].filter((each) => each !== null)).toHaveLength(1);
  });
});
