/** Stories about transactions: the client's own transactional producer, in both versions of the protocol. */
import { describe, expect, it } from 'vitest';
import { Consumer, TransactionalProducer } from '../../src/client/index.ts';
import type { ClientOptions, KafkaClient } from '../../src/client/index.ts';
import type { Stage } from '../../chaos/workload/index.ts';
import { tell } from './story.ts';

/** As a client of before KIP-890 speaks. */
const TV1: Partial<ClientOptions> = {
  versionEnds: new Map(Object.entries({ Produce: 11, EndTxn: 4, TxnOffsetCommit: 4 })),
};

async function values(stage: Stage, isolation: 'committed' | 'uncommitted'): Promise<readonly string[]> {
  const client = stage.cluster.client(`reader-${isolation}-${stage.cluster.world.now()}`);
  const assignments = [0, 1].map((partition) => ({ topic: 'x', partition, from: 'earliest' as const }));
  const consumer = new Consumer(client, { assignments, isolation, maxWaitMs: 100 });
  const found: string[] = [];
  const read = async (): Promise<void> => {
    for (let quiet = 0; quiet < 2;) {
      const batches = await consumer.poll();
      for (const { records } of batches)
        for (const { value } of records) found.push(Buffer.from(value ?? []).toString());
      if (batches.length === 0 && consumer.caughtUp) quiet += 1;
    }
  };
  await stage.cluster.wait(read());
  return found.sort();
}

function send(producer: TransactionalProducer, ...texts: readonly string[]): Promise<readonly unknown[]> {
  return Promise.all(
    texts.map((text, partition) =>
      producer.send({ topic: 'x', partition: partition % 2, key: null, value: Buffer.from(text) }),
    ),
  );
}

describe.each([
  ['TV2', {}],
  ['TV1', TV1],
])('transactions of clients of %s', (_name, options) => {
  const make = (
    stage: Stage,
    name: string,
  ): { readonly client: KafkaClient; readonly producer: TransactionalProducer } => {
    const client = stage.cluster.client(name, options);
    return { client, producer: new TransactionalProducer(client, { transactionalId: 'tx' }) };
  };

  it('count as a whole or not at all, and offsets with them', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('x', { partitions: 2 });
      const { producer } = make(stage, 'one');
      await cluster.wait(producer.init());
      const story = async (): Promise<void> => {
        for (const [name, commits] of [
          ['a', true],
          ['b', false],
          ['c', true],
        ] as const) {
          producer.begin();
          await send(producer, `${name}0`, `${name}1`, `${name}2`);
          await producer.sendOffsets({
            group: 'g',
            offsets: [{ topic: 'x', partition: 0, offset: name.charCodeAt(0) }],
          });
          await (commits ? producer.commit() : producer.abort());
        }
        producer.begin();
        await send(producer, 'd0', 'd1');
      };
      await cluster.wait(story());
      expect(producer.bumpsEpochs).toBe(options === TV1 ? false : true);
      expect(await values(stage, 'committed')).toEqual(['a0', 'a1', 'a2', 'c0', 'c1', 'c2']);
      expect(await values(stage, 'uncommitted')).toHaveLength(11);
      await cluster.wait(producer.commit());
      expect(await values(stage, 'committed')).toHaveLength(8);
    });
  });

  it('of whoever was replaced are refused, and its open transaction is aborted', async () => {
    await tell({}, async (stage) => {
      const { cluster } = stage;
      await stage.topic('x', { partitions: 2 });
      const { producer: former } = make(stage, 'one');
      const { producer: successor } = make(stage, 'two');
      await cluster.wait(former.init());
      former.begin();
      await cluster.wait(send(former, 'a0', 'a1'));
      await cluster.wait(successor.init());
      await expect(cluster.wait(send(former, 'a2'))).rejects.toMatchObject({ kind: 'refused' });
      await expect(cluster.wait(former.commit())).rejects.toMatchObject({ kind: 'refused' });
      expect(() => former.begin()).toThrow();
      successor.begin();
      await cluster.wait(send(successor, 'b0', 'b1'));
      await cluster.wait(successor.commit());
      expect(await values(stage, 'committed')).toEqual(['b0', 'b1']);
      await cluster.wait(former.init());
      former.begin();
      await cluster.wait(send(former, 'c0'));
      await cluster.wait(former.commit());
      expect(await values(stage, 'committed')).toEqual(['b0', 'b1', 'c0']);
    });
  });
});
