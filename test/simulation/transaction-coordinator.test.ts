/** Stories about transactions whose coordinators die: in every state, with offsets pending, with zombies, and with nobody to end them. */
import { describe, expect, it } from 'vitest';
import type { SimCluster } from '../../chaos/cluster/index.ts';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';
import { TransactionalClient } from './transactional-client.ts';

const PARTITIONS = 3;
const SETTINGS = [
  'transaction.state.log.num.partitions=1',
  'offsets.topic.num.partitions=1',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms=500',
];

/** What the coordinator of the only partition of `__transaction_state` knows of an id; null: nobody, or nothing. */
function status(cluster: SimCluster, id: string): string | null {
  const leader = cluster.leader('__transaction_state', 0);
  const node = leader === null ? null : cluster.node(leader);
  const known = node?.node.coordinators.transactions.partitions()[0]?.image.known(id) ?? null;
  if (known === null || known.transaction === null) return null;
  return known.pending ? `${known.transaction.status}…` : known.transaction.status;
}

async function opened(stage: Stage): Promise<void> {
  await stage.topic('t', { partitions: PARTITIONS });
  await stage.topic('orders');
}

/** Everything that was committed is read once, nothing else is, and nothing is open. */
async function judge(stage: Stage, client: TransactionalClient, committed: readonly string[]): Promise<void> {
  const { cluster } = stage;
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const read = async (): Promise<Awaited<ReturnType<TransactionalClient['read']>>> => client.read('t', partition);
    let seen = await cluster.wait(read());
    for (let waited = 0; !seen.decided && waited < 100; waited += 1) {
      await cluster.run(200);
      seen = await cluster.wait(read());
    }
    expect(seen.decided, 'nothing is open').toBe(true);
    expect(seen.values).toEqual(committed);
  }
}

/** One transaction over all partitions, with an offset; each step is to succeed. */
async function transaction(client: TransactionalClient, name: string, offset: number, commits: boolean): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1)
    expect(await client.write('t', partition, [name]), `write ${name}-${partition}`).toBe(0);
  expect(await client.commitOffset('g', 'orders', offset), `offset of ${name}`).toBe(0);
  expect(await client.end(commits), `end of ${name}`).toBe(0);
}

/** States, as the coordinator goes through them; `…`: the next one is written and not committed. */
const MOMENTS = ['begins…', 'Ongoing', 'Ongoing…', 'PrepareCommit', 'PrepareCommit…', 'CompleteCommit'] as const;

describe('a transaction coordinator that is killed', () => {
  it.each([1, 2] as const)('in each state is followed by one that goes on from it (TV%i)', async (version) => {
    await tell({ settings: SETTINGS }, async (stage) => {
      const { cluster } = stage;
      await opened(stage);
      const client = new TransactionalClient(cluster, 'producer', 'pay', version);
      await cluster.wait(client.init());
      const committed: string[] = [];
      let round = 0;
      let hits = 0;
      for (const commits of [true, false]) {
        for (const moment of MOMENTS) {
          round += 1;
          const wanted = commits ? moment : moment.replace('Commit', 'Abort');
          const name = `${round}`;
          const run = transaction(client, name, round, commits);
          let done = false;
          const ended = run.finally(() => (done = true));
          const before = status(cluster, 'pay');
          let moved = false;
          await cluster.until(
            () => {
              const now = status(cluster, 'pay');
              if (now !== before) moved = true;
              const begins = now === `${before}…`;
              return done || (moved && (wanted === 'begins…' ? begins : now === wanted));
            },
            20_000,
            wanted,
          );
          if (!done) hits += 1;
          const leader = cluster.leader('__transaction_state', 0);
          if (leader !== null && cluster.node(leader) !== null) {
            cluster.kill(leader);
            await cluster.wait(ended, 120_000);
            await cluster.wait(cluster.start(leader));
            await cluster.untilReady();
          }
          await cluster.wait(ended, 120_000);
          if (commits) committed.push(name);
        }
      }
      // The last moment of a transaction is often over before it is seen.
      expect(hits).toBeGreaterThanOrEqual(8);
      await judge(stage, client, committed);
      expect(await cluster.wait(client.stableOffset('g', 'orders'))).toBe(Number(committed.at(-1)));
    });
  });
});

describe('a group coordinator that is killed', () => {
  it.each([true, false])('keeps pending offsets for the marker, committed: %s', async (commits) => {
    await tell({ settings: SETTINGS }, async (stage) => {
      const { cluster } = stage;
      await opened(stage);
      const client = new TransactionalClient(cluster, 'producer', 'pay', 2);
      await cluster.wait(client.init());
      await cluster.wait(transaction(client, 'first', 1, true));
      for (const at of ['before', 'after'] as const) {
        expect(await cluster.wait(client.commitOffset('g', 'orders', 7))).toBe(0);
        const ended = at === 'after' ? client.end(commits) : null;
        const leader = cluster.leader('__consumer_offsets', 0);
        if (leader === null) throw new Error('no leader');
        cluster.kill(leader);
        await cluster.untilReady();
        expect(await cluster.wait(ended ?? client.end(commits), 120_000)).toBe(0);
        expect(await cluster.wait(client.stableOffset('g', 'orders'), 120_000)).toBe(commits ? 7 : 1);
        await cluster.wait(cluster.start(leader));
        await cluster.untilReady();
      }
    });
  });
});

describe('a producer', () => {
  it.each([1, 2] as const)('that was replaced is fenced with all that it had open (TV%i)', async (version) => {
    await tell({ settings: SETTINGS }, async (stage) => {
      const { cluster } = stage;
      await opened(stage);
      const old = new TransactionalClient(cluster, 'old', 'pay', version);
      await cluster.wait(old.init());
      await cluster.wait(transaction(old, 'first', 1, true));
      expect(await cluster.wait(old.write('t', 0, ['zombie']))).toBe(0);
      expect(await cluster.wait(old.commitOffset('g', 'orders', 99))).toBe(0);
      const young = new TransactionalClient(cluster, 'young', 'pay', version);
      await cluster.wait(young.init());
      expect(await cluster.wait(old.produce('t', 0, ['late']))).toBe(47);
      expect(await cluster.wait(old.produce('t', 1, ['late']))).toBe(47);
      expect(await cluster.wait(old.commitOffset('g', 'orders', 99))).toBe(version === 1 ? 90 : 47);
      expect(await cluster.wait(old.end(true))).toBe(90);
      await cluster.wait(transaction(young, 'second', 2, true));
      await judge(stage, young, ['first', 'second']);
      expect(await cluster.wait(young.stableOffset('g', 'orders'))).toBe(2);
    });
  });

  it('that vanished has its transaction aborted, so that readers go on', async () => {
    await tell({ settings: SETTINGS }, async (stage) => {
      const { cluster } = stage;
      await opened(stage);
      const client = new TransactionalClient(cluster, 'producer', 'pay', 2);
      client.timeoutMs = 3000;
      await cluster.wait(client.init());
      await cluster.wait(transaction(client, 'first', 1, true));
      expect(await cluster.wait(client.write('t', 0, ['lost']))).toBe(0);
      expect(await cluster.wait(client.commitOffset('g', 'orders', 99))).toBe(0);
      expect(await cluster.wait(client.read('t', 0))).toMatchObject({ decided: false, values: ['first'] });
      await cluster.run(5000);
      expect(await cluster.wait(client.read('t', 0))).toMatchObject({ decided: true, values: ['first'] });
      expect(await cluster.wait(client.stableOffset('g', 'orders'))).toBe(1);
      expect(await cluster.wait(client.end(true))).toBe(90);
      await cluster.wait(client.init());
      await cluster.wait(transaction(client, 'second', 2, true));
      await judge(stage, client, ['first', 'second']);
    });
  });

  it('of a topic that is deleted meanwhile ends its transaction all the same', async () => {
    await tell({ settings: SETTINGS }, async (stage) => {
      const { cluster } = stage;
      await opened(stage);
      await stage.topic('gone');
      const client = new TransactionalClient(cluster, 'producer', 'pay', 2);
      await cluster.wait(client.init());
      expect(await cluster.wait(client.write('gone', 0, ['x']))).toBe(0);
      await cluster.wait(stage.admin.deleteTopic('gone'));
      expect(await cluster.wait(client.end(true))).toBe(0);
      await cluster.wait(transaction(client, 'after', 1, true));
      await judge(stage, client, ['after']);
    });
  });
});
