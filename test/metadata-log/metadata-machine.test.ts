/** The machine over the metadata log by itself: snapshots in the middle of slow reads, and what it cannot understand. */
import { describe, expect, it } from 'vitest';
import { byteCount, METADATA_GROUP, offset, term } from '../../raft/index.ts';
import { buildBatch, stampBatch } from '../../storage/batch/index.ts';
import { applyRecords, emptyImage, encodeRecord } from '../../src/metadata/index.ts';
import type { MetadataImage } from '../../src/metadata/index.ts';
import { MetadataMachine } from '../../src/metadata-log/metadata-machine.ts';
import { TestClock } from '../coordinator/test-clock.ts';
import { MemoryReplicaLog } from '../replica/memory-replica-log.ts';
import { setting } from './metadata-rig.ts';

function machineOver(values: readonly Uint8Array[]): {
  readonly machine: MetadataMachine;
  readonly log: MemoryReplicaLog;
  readonly images: MetadataImage[];
  readonly clock: TestClock;
} {
  const clock = new TestClock();
  const log = new MemoryReplicaLog(clock, METADATA_GROUP);
  const append = values.map((value, at) => {
    const bytes = buildBatch({ records: [{ key: null, value: Buffer.from(value), timestamp: 0 }] });
    stampBatch(bytes, offset(at), term(1));
    const position = {
      base: offset(at),
      end: offset(at + 1),
      term: term(1),
      bytes: byteCount(bytes.length),
      control: null,
    };
    return { position, bytes };
  });
  log.persist(
    { hardState: null, truncateTo: null, reset: null, openTerm: null, append, logStart: null },
    () => undefined,
  );
  const images: MetadataImage[] = [];
  const machine = new MetadataMachine({
    log,
    image: emptyImage(),
    voters: [],
    onImage: (image) => void images.push(image),
    fatal: (reason) => {
      throw new Error(reason);
    },
  });
  return { machine, log, images, clock };
}

const settings = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, at) => encodeRecord(setting('k', String(at))));

describe('metadata machine', () => {
  it('what was read before a snapshot took its place is not applied over it', async () => {
    const { machine, log, clock } = machineOver(settings(4));
    log.readsHeld = true;
    machine.advance(offset(2));
    const records = [1, 2, 3].map((value) => setting('k', `snapshot ${value}`));
    machine.replace(applyRecords(emptyImage(), records, offset(0), term(1)), []);
    log.openReads();
    await clock.settle();
    expect([machine.image.end, machine.image.clusterConfigs.get('k')]).toEqual([3, 'snapshot 3']);
    machine.advance(offset(4));
    expect([machine.image.end, machine.image.clusterConfigs.get('k')]).toEqual([4, '3']);
  });

  it('a read that fails after it was overtaken is nobody’s fault', async () => {
    const { machine, log, clock } = machineOver(settings(2));
    log.damage = new Error('the file is gone');
    machine.advance(offset(2));
    log.damage = null;
    machine.replace(applyRecords(emptyImage(), [setting('k', 'a'), setting('k', 'b')], offset(0), term(1)), []);
    await clock.settle();
    expect(machine.image.clusterConfigs.get('k')).toBe('b');
  });

  it('never goes beyond what is committed, nor back', () => {
    const { machine, images } = machineOver(settings(4));
    machine.advance(offset(2));
    machine.advance(offset(1));
    expect(machine.image.end).toBe(2);
    expect(images).toHaveLength(1);
    expect(() => machine.replace(emptyImage(), [])).toThrow(/in the place of/);
  });

  it('a record that it cannot understand is fatal', () => {
    const { machine } = machineOver([Buffer.from([255, 255])]);
    expect(() => machine.advance(offset(1))).toThrow(/metadata record 0/);
  });
});
