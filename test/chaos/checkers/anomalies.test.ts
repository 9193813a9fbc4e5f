/** Each anomaly is found in a history that has it, by its name and no other, and none in a history that is right. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANOMALIES, findAnomalies } from '../../../chaos/checkers/anomalies.ts';
import type { Anomaly, FinalLog } from '../../../chaos/checkers/anomalies.ts';
import { History } from '../../../chaos/workload/history.ts';

const PLACE = { topic: 't', partition: 0 };

/** Values by offset; a number of the list is where it lies. */
function finalLog(values: readonly (string | null)[], start = 0): FinalLog {
  const entries = values.flatMap((value, offset): readonly [number, string][] =>
    value === null ? [] : [[offset, value]],
  );
  return { ...PLACE, start, values: new Map(entries) };
}

class Story {
  readonly history = new History();
  #number = 0;

  /** One record, sent at `from`, acknowledged at `to` with the offset; null: no answer. */
  send(
    id: string,
    from: number,
    acked: { readonly to: number; readonly offset: number } | null,
    extra: { readonly once?: boolean; readonly kept?: boolean; readonly burst?: string; readonly writer?: string } = {},
  ): this {
    const { once = false, kept = true, writer = 'w' } = extra;
    const burst = extra.burst === undefined ? {} : { burst: extra.burst };
    this.#number += 1;
    const record = this.history.add({
      id,
      ...PLACE,
      writer,
      number: this.#number,
      sentAt: from,
      kept,
      once,
      ...burst,
    });
    if (acked !== null) this.history.ack(record, acked.offset, acked.to);
    return this;
  }

  refuse(id: string, from: number, definite: boolean): this {
    const { writer, number, kept, once } = { writer: 'w', number: 99, kept: true, once: false };
    const record = this.history.add({ id, ...PLACE, writer, number, sentAt: from, kept, once });
    this.history.fail(record, 'not enough replicas', definite);
    return this;
  }

  /** One session; each poll at a time, with what it gave. */
  poll(
    from: number,
    ...polls: readonly { readonly at: number; readonly records: readonly [number, string][] }[]
  ): this {
    const session = this.history.polls.begin('r', PLACE.topic, PLACE.partition, from);
    for (const { at, records } of polls)
      session.note(
        at,
        records.map(([offset, value]) => ({ offset, value })),
      );
    return this;
  }

  find(log: FinalLog): readonly Anomaly[] {
    const found = findAnomalies([log], this.history.records(), this.history.polls.sessions());
    return [...new Set(found.map(({ anomaly }) => anomaly))];
  }
}

/** a, b, c at 0, 1, 2, one after the other, each acknowledged before the next is sent. */
function threeSent(): Story {
  return new Story()
    .send('a', 1, { to: 2, offset: 0 })
    .send('b', 3, { to: 4, offset: 1 })
    .send('c', 5, { to: 6, offset: 2 });
}

const LOG = finalLog(['a', 'b', 'c']);

const PLANTED: Readonly<Record<Anomaly, () => readonly Anomaly[]>> = {
  'inconsistent-offsets': () =>
    new Story()
      .send('a', 1, { to: 2, offset: 0 })
      .send('b', 1, { to: 2, offset: 0 })
      .find(finalLog(['a', 'b'])),
  duplicate: () => new Story().send('a', 1, { to: 2, offset: 0 }, { once: true }).find(finalLog(['a', 'a'])),
  'lost-write': () => threeSent().find(finalLog(['a', null, 'c'])),
  unseen: () => threeSent().find(finalLog(['a', 'b'])),
  'poll-skip': () =>
    threeSent()
      .poll(0, { at: 7, records: [[0, 'a']] }, { at: 8, records: [[2, 'c']] })
      .find(LOG),
  'nonmonotonic-poll': () =>
    threeSent()
      .poll(
        0,
        {
          at: 7,
          records: [
            [0, 'a'],
            [1, 'b'],
          ],
        },
        {
          at: 8,
          records: [
            [1, 'b'],
            [2, 'c'],
          ],
        },
      )
      .find(LOG),
  'nonmonotonic-send': () =>
    new Story()
      .send('a', 1, { to: 9, offset: 1 }, { once: true })
      .send('b', 2, { to: 9, offset: 0 }, { once: true })
      .find(finalLog(['b', 'a'])),
  'int-poll-skip': () =>
    threeSent()
      .poll(0, {
        at: 7,
        records: [
          [0, 'a'],
          [2, 'c'],
        ],
      })
      .find(LOG),
  'int-nonmonotonic-poll': () =>
    threeSent()
      .poll(0, {
        at: 7,
        records: [
          [0, 'a'],
          [1, 'b'],
          [0, 'a'],
        ],
      })
      .find(LOG),
  'int-nonmonotonic-send': () =>
    new Story()
      .send('a', 1, { to: 9, offset: 1 }, { burst: 'x' })
      .send('b', 2, { to: 9, offset: 0 }, { burst: 'x' })
      .find(finalLog(['b', 'a'])),
  'int-send-skip': () =>
    new Story()
      .send('a', 1, { to: 9, offset: 0 }, { burst: 'x' })
      .send('b', 1, { to: 9, offset: 1 }, { writer: 'v' })
      .send('c', 2, { to: 9, offset: 2 }, { burst: 'x' })
      .find(LOG),
  G0: () =>
    new Story()
      .send('a', 1, { to: 9, offset: 0 }, { burst: 'x' })
      .send('b', 1, { to: 9, offset: 1 }, { burst: 'y', writer: 'v' })
      .send('c', 2, { to: 9, offset: 2 }, { burst: 'x' })
      .send('d', 2, { to: 9, offset: 3 }, { burst: 'y', writer: 'v' })
      .find(finalLog(['a', 'b', 'c', 'd'])),
  G1a: () =>
    threeSent()
      .refuse('d', 7, true)
      .find(finalLog(['a', 'b', 'c', 'd'])),
  G1c: () =>
    new Story()
      .send('b', 1, null, { writer: 'v' })
      .poll(0, { at: 3, records: [[1, 'b']] })
      .send('a', 4, null)
      .find(finalLog(['a', 'b'])),
};

describe('the anomalies of queues', () => {
  it.each(ANOMALIES)('%s is found where it was planted', (anomaly) => {
    expect(PLANTED[anomaly]()).toContain(anomaly);
  });

  it('a history as it should be has none', () => {
    const read = {
      at: 7,
      records: [
        [0, 'a'],
        [1, 'b'],
      ] as [number, string][],
    };
    expect(
      threeSent()
        .poll(0, read, { at: 8, records: [[2, 'c']] })
        .poll(1, { at: 9, records: [[1, 'b']] })
        .find(LOG),
    ).toEqual([]);
  });

  it('what was read and is gone is a lost write, though nobody acknowledged it', () => {
    const story = new Story()
      .send('a', 1, null)
      .send('b', 1, null)
      .poll(0, { at: 2, records: [[0, 'a']] });
    expect(story.find(finalLog([null, 'b']))).toEqual(['lost-write']);
  });

  it('what retention took away is neither lost nor skipped', () => {
    const story = threeSent().poll(0, { at: 9, records: [[2, 'c']] });
    expect(story.find(finalLog([null, null, 'c'], 2))).toEqual([]);
  });

  it('records that were acknowledged by the leader alone may go, and repeats without sequences may stand twice', () => {
    const story = new Story()
      .send('a', 1, { to: 2, offset: 0 }, { kept: false })
      .send('b', 1, { to: 4, offset: 0 })
      .send('c', 5, { to: 9, offset: 1 });
    expect(story.find(finalLog(['b', 'c', 'c']))).toEqual([]);
  });

  it('a failure that may have written is no aborted read', () => {
    expect(
      threeSent()
        .refuse('d', 7, false)
        .find(finalLog(['a', 'b', 'c', 'd'])),
    ).toEqual([]);
  });

  it('two bursts of which one lies in the other are tolerated by name', () => {
    expect(PLANTED.G0()).toEqual(['int-send-skip', 'G0']);
  });

  it('a writer that has several on their way and no sequences may see them in another order', () => {
    const story = new Story().send('a', 1, { to: 9, offset: 1 }).send('b', 2, { to: 8, offset: 0 });
    expect(story.find(finalLog(['b', 'a']))).toEqual([]);
    const waited = new Story().send('a', 1, { to: 2, offset: 1 }).send('b', 3, { to: 8, offset: 0 });
    expect(waited.find(finalLog(['b', 'a']))).toContain('nonmonotonic-send');
  });

  it('logs that were written and read in order have none, however the times and polls fall', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ wait: fc.nat(5), length: fc.integer({ min: 1, max: 4 }) }), { maxLength: 12 }),
        (steps) => {
          const story = new Story();
          const values: string[] = [];
          const session = story.history.polls.begin('r', PLACE.topic, PLACE.partition, 0);
          let now = 0;
          for (const [index, { wait, length }] of steps.entries()) {
            const from = values.length;
            for (let at = 0; at < length; at += 1) {
              story.send(
                `${index}.${at}`,
                now + at,
                { to: now + length + wait, offset: values.length },
                { once: true, burst: `b${index}` },
              );
              values.push(`${index}.${at}`);
            }
            now += length + wait + 1;
            session.note(
              now,
              values.slice(from).map((value, at) => ({ offset: from + at, value })),
            );
          }
          expect(story.find(finalLog(values))).toEqual([]);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });
});
