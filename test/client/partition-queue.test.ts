/** The queue of one partition: what is taken, kept in order, and given up. */
import { describe, expect, it } from 'vitest';
import { ClientError } from '../../src/client/index.ts';
import type { Delivery } from '../../src/client/index.ts';
import { PartitionQueue } from '../../src/client/producer-batch.ts';

const failure = new ClientError('timeout', 'no answer');

/** A queue with `count` records, each a batch of its own, and what became of them. */
function filled(count: number): { readonly queue: PartitionQueue; readonly results: (Delivery | ClientError)[] } {
  const queue = new PartitionQueue('orders', 0);
  const results: (Delivery | ClientError)[] = [];
  for (let index = 0; index < count; index += 1) {
    queue.push({ key: null, value: Buffer.from(`${index}`), timestamp: 1 }, 100, 1000 + index, 150, (result) =>
      results.push(result),
    );
  }
  return { queue, results };
}

const identity = { id: 7, epoch: 0 };

describe('a partition queue', () => {
  it('batches that failed in any order are taken again in the order of their numbers', () => {
    const { queue } = filled(3);
    const taken = [queue.take(5, identity), queue.take(5, identity), queue.take(5, identity)];
    for (const index of [2, 0, 1]) {
      const batch = taken[index];
      if (batch) queue.fail(batch, failure);
    }
    expect(queue.drained).toBe(true);
    queue.recovered();
    expect(
      [queue.take(5, identity), queue.take(5, identity), queue.take(5, identity)].map((batch) => batch?.number),
    ).toEqual([0, 1, 2]);
  });

  it('takes nothing while a failure waits for the rest in flight', () => {
    const { queue } = filled(3);
    const first = queue.take(5, identity);
    const second = queue.take(5, identity);
    if (!first || !second) throw new Error('nothing taken');
    expect(queue.fail(first, failure)).toBe(false);
    expect(queue.take(5, identity)).toBeNull();
    queue.settle(second, { baseOffset: 1 });
    expect(queue.drained).toBe(true);
    expect(queue.take(5, identity)).toBeNull();
  });

  it('the bytes of a batch, and so its numbers, stay the same over all attempts', () => {
    const { queue } = filled(2);
    const first = queue.take(5, identity);
    const bytes = first?.bytes;
    queue.take(5, identity);
    if (first) queue.fail(first, failure);
    expect(first?.bytes).toBe(bytes);
    expect(queue.isOldest(first as never)).toBe(true);
  });

  it('the window bounds what is in flight', () => {
    const { queue } = filled(7);
    const taken = Array.from({ length: 7 }, () => queue.take(5, null));
    expect(taken.filter((batch) => batch !== null)).toHaveLength(5);
  });

  it('expires by deadline, sent and unsent apart', () => {
    const { queue } = filled(3);
    const first = queue.take(1, null);
    if (first) queue.fail(first, failure);
    const { sent, unsent } = queue.expire(1001);
    expect(sent.map(({ number }) => number)).toEqual([0]);
    expect(unsent.map(({ number }) => number)).toEqual([1]);
    expect(queue.idle).toBe(false);
  });

  it('each record hears of its own offset, or of the failure', () => {
    const { queue, results } = filled(2);
    const first = queue.take(5, null);
    const second = queue.take(5, null);
    if (!first || !second) throw new Error('nothing taken');
    queue.settle(first, { baseOffset: 41 });
    queue.settle(second, failure);
    expect(results).toEqual([{ topic: 'orders', partition: 0, offset: 41 }, failure]);
    expect(queue.idle).toBe(true);
  });
});
