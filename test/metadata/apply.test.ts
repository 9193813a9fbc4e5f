/** Applying records: the image that follows from them, sharing with the old one, and what dies. */
import { describe, expect, it } from 'vitest';
import { AssertionError, incarnation, nodeId, offset, present, term } from '../../raft/index.ts';
import {
  applyRecord,
  applyRecords,
  decodeImage,
  emptyImage,
  encodeImage,
  withPosition,
} from '../../src/metadata/index.ts';
import type { MetadataRecord } from '../../src/metadata/index.ts';
import { EVERY_RECORD, UNDOING_RECORDS } from './records.ts';

const whole = applyRecords(emptyImage(), EVERY_RECORD, offset(1), term(3));

function apply(record: MetadataRecord): void {
  applyRecord(whole, record, whole.end, whole.term);
}

describe('applying metadata records', () => {
  it('one by one gives the same image as all at once', () => {
    let image = emptyImage();
    for (const [index, record] of EVERY_RECORD.entries())
      image = applyRecord(image, record, offset(1 + index), term(3));
    expect(image).toEqual(whole);
    expect(image.end).toBe(EVERY_RECORD.length + 1);
  });

  it('gives what the records say', () => {
    const broker = present(whole.brokers.get(nodeId(1)), 'broker');
    expect(broker).toMatchObject({ fenced: true, leaving: true, registeredAt: 2, rack: '' });
    const topic = present(whole.topicsByName.get('orders'), 'topic');
    expect(whole.topicsById.get('topic-1')).toBe(topic);
    expect([...topic.configs]).toEqual([['retention.ms', '-1']]);
    expect(topic.partitions[0]).toMatchObject({
      replicas: [1],
      isr: [],
      elr: [],
      leader: null,
      leaderTerm: 2,
      version: 2,
      unclean: true,
    });
    expect(topic.partitions[1]).toMatchObject({ leader: null, leaderTerm: 9, version: 2, replication: 'quorum' });
    expect(whole).toMatchObject({ clusterId: 'cluster', nextProducerId: 2 ** 40, uncleanElections: 1, term: 3 });
  });

  it('undoes what is removed, and leaves the image before it as it was', () => {
    const after = applyRecords(whole, UNDOING_RECORDS, whole.end, term(3));
    expect([after.brokers.size, after.topicsByName.size, after.topicsById.size, after.brokerConfigs.size]).toEqual([
      0, 0, 0, 0,
    ]);
    expect([whole.brokers.size, whole.topicsByName.size, whole.topicsById.size, whole.brokerConfigs.size]).toEqual([
      1, 1, 1, 1,
    ]);
  });

  it('shares everything that was not touched', () => {
    const after = applyRecord(
      whole,
      { kind: 'topic-created', topicId: 't2', name: 'other', internal: false },
      whole.end,
      term(3),
    );
    expect(after.topicsByName.get('orders')).toBe(whole.topicsByName.get('orders'));
    expect(after.brokers).toBe(whole.brokers);
    expect(withPosition(whole, offset(90), term(4))).toMatchObject({ end: 90, term: 4, topicsById: whole.topicsById });
  });

  it('lets a batch remove a topic and create another of the same name', () => {
    const records: readonly MetadataRecord[] = [
      { kind: 'topic-removed', topicId: 'topic-1' },
      { kind: 'topic-created', topicId: 'topic-2', name: 'orders', internal: false },
    ];
    const after = applyRecords(whole, records, whole.end, term(3));
    expect(after.topicsByName.get('orders')?.id).toBe('topic-2');
    expect(after.topicsById.has('topic-1')).toBe(false);
  });

  it.each<readonly [string, MetadataRecord]>([
    ['a second cluster id', { kind: 'cluster-created', clusterId: 'other' }],
    ['another life', { kind: 'broker-fenced', node: nodeId(1), incarnation: incarnation('old') }],
    ['an unknown topic', { kind: 'topic-removed', topicId: 'nothing' }],
    ['a topic name that is taken', { kind: 'topic-created', topicId: 'topic-9', name: 'orders', internal: false }],
    [
      'producer ids given out before',
      { kind: 'producer-ids-allocated', node: nodeId(1), incarnation: incarnation('life-1'), next: 5 },
    ],
    [
      'a version that does not follow',
      {
        kind: 'partition-changed',
        topicId: 'topic-1',
        partition: 0,
        version: 2,
        replicas: null,
        isr: null,
        elr: null,
        lossy: null,
        leadership: null,
      },
    ],
  ])('dies on %s', (_, record) => {
    expect(() => apply(record)).toThrow(AssertionError);
  });

  it('dies when the log would go back', () => {
    expect(() => applyRecord(whole, { kind: 'no-op' }, offset(3), term(3))).toThrow(/below the image's end/);
    expect(() => applyRecord(whole, { kind: 'no-op' }, whole.end, term(2))).toThrow(/after term 3/);
  });
});

describe('a metadata snapshot', () => {
  it('equals the replay it stands for (R10)', () => {
    expect(decodeImage(encodeImage(whole))).toEqual({ kind: 'image', image: whole });
    expect(decodeImage(encodeImage(emptyImage()))).toEqual({ kind: 'image', image: emptyImage() });
  });

  it('of another format, or cut short, is refused with a reason', () => {
    const bytes = encodeImage(whole);
    expect(decodeImage(Uint8Array.from([0x08, 2]))).toEqual({
      kind: 'invalid',
      reason: expect.stringContaining('format 2'),
    });
    expect(decodeImage(bytes.subarray(0, bytes.length - 3)).kind).toBe('invalid');
    expect(decodeImage(new Uint8Array()).kind).toBe('invalid');
  });

  it('can be continued from: later records give the same image', () => {
    const decoded = decodeImage(encodeImage(whole));
    const later = decoded.kind === 'image' ? applyRecords(decoded.image, UNDOING_RECORDS, whole.end, term(4)) : null;
    expect(later).toEqual(applyRecords(whole, UNDOING_RECORDS, whole.end, term(4)));
  });
});
