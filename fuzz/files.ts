/**
 * The files of a data directory as they are read at a start, and frames between nodes: good ones, then torn, cut, overwritten.
 *
 * A reader gives what is there or says what is wrong. Where a checksum guards the bytes it is left wrong most of the time, as a disk
 * leaves it; made right again, it lets lies through that no disk tells, and no reader may fall over them either.
 */
import type { Random } from '../raft/index.ts';
import { decodeCommand } from '../src/controller/controller-codec.ts';
import { dumpFiles } from '../src/log-dump/index.ts';
import { decodeImage, decodeRecord } from '../src/metadata/index.ts';
import { decodeFrame } from '../src/peer/frame.ts';
import { FrameError } from '../src/peer/frame-error.ts';
import { FrameReader } from '../src/peer/frame-reader.ts';
import { replayJournal } from '../storage/journal/journal-replay.ts';
import { decodeSnapshot } from '../storage/data/snapshot-files.ts';
import { decodeGroupRecord } from '../storage/log/group-record.ts';
import { scanSegmentBytes } from '../storage/segment/batch-scan.ts';
import { decodeOffsetIndex } from '../storage/segment/offset-index.ts';
import { decodeTermCheckpoint } from '../storage/segment/term-checkpoint.ts';
import { decodeTimeIndex } from '../storage/segment/time-index.ts';
import { noise, once } from './dice.ts';
import { spoilAnywhere } from './mutate.ts';
import { COMMANDS, mendFrame, mendJournal, mendSnapshot, SALT, samples } from './samples.ts';
import type { SampleName } from './samples.ts';
import { memoryDisk } from './memory-disk.ts';
import type { Case, Target } from './target.ts';

const SECTOR = 64;

/** What disks do: ends are missing, sectors are of another time or empty, bits flip. */
function damage(random: Random, bytes: Buffer): Buffer {
  if (bytes.length === 0 || once(random, 3)) return spoilAnywhere(random, bytes);
  const at = Math.floor(random.below(bytes.length) / SECTOR) * SECTOR;
  const changed = Buffer.from(bytes);
  if (once(random, 2)) changed.fill(0, at, Math.min(bytes.length, at + SECTOR));
  else changed.copy(changed, at, Math.floor(random.below(bytes.length) / SECTOR) * SECTOR, bytes.length);
  return changed;
}

function told(value: unknown): string {
  return typeof value === 'string' || value instanceof Error ? 'refused' : 'read';
}

function fileCase(
  sample: SampleName,
  run: (bytes: Buffer) => string | Promise<string>,
  mend?: (bytes: Buffer) => void,
): Case {
  return {
    name: sample,
    make: (random) => {
      const good = samples(sample);
      let bytes: Buffer = Buffer.from(good[random.below(good.length)] ?? noise(random, 30));
      for (let times = random.below(4); times > 0; times -= 1) bytes = damage(random, bytes);
      bytes = Buffer.from(bytes);
      if (mend !== undefined && once(random, 2)) mend(bytes);
      return bytes;
    },
    run,
  };
}

function runFrame(bytes: Buffer): string {
  const reader = new FrameReader(1 << 20);
  reader.push(bytes);
  try {
    let frames = 0;
    for (let frame = reader.next(); frame !== null; frame = reader.next()) {
      decodeFrame(frame);
      frames += 1;
    }
    return frames === 0 ? 'no frame' : 'read';
  } catch (error) {
    if (error instanceof FrameError) return 'refused';
    throw error;
  }
}

/** As `flotilla log dump` reads it, which is what people reach for when a start was refused. */
function dumpCase(sample: SampleName, path: string, mend?: (bytes: Buffer) => void): Case {
  const run = async (bytes: Buffer): Promise<string> => {
    const options = { output: 'jsonl', records: true, disk: memoryDisk(path, bytes) } as const;
    return (await dumpFiles([path], options, () => undefined)) === 0 ? 'read' : 'damage told';
  };
  // The dump reads in windows of a mebibyte.
  return { ...fileCase(sample, run, mend), name: `dump of ${sample}`, allocationMax: () => 64 << 20 };
}

const JOURNAL = '/data/journal/00000001.journal';
const BASE = '00000000000000000000';

export const files: Target = {
  name: 'files',
  about: 'segments, indexes, journal, checkpoints, snapshots, metadata records; frames and commands between nodes',
  share: 9,
  weight: 1,
  hangSeconds: 10,
  cases: [
    fileCase('segment', (bytes) => (scanSegmentBytes(bytes).stoppedBy === null ? 'read' : 'stopped')),
    fileCase('offset-index', (bytes) => told(decodeOffsetIndex(bytes, 10_000))),
    fileCase('time-index', (bytes) => told(decodeTimeIndex(bytes))),
    fileCase('term-checkpoint', (bytes) => told(decodeTermCheckpoint(bytes))),
    fileCase('journal', (bytes) => told(replayJournal([{ path: JOURNAL, bytes }], 9, 3, SALT)), mendJournal),
    fileCase('checkpoint', (bytes) => told(decodeGroupRecord(bytes))),
    fileCase('snapshot', (bytes) => told(decodeSnapshot(bytes)), mendSnapshot),
    fileCase('image', (bytes) => decodeImage(bytes).kind),
    fileCase('metadata-record', (bytes) => decodeRecord(bytes).kind),
    fileCase('frame', runFrame, mendFrame),
    ...COMMANDS.map((method): Case => fileCase(method, (bytes) => decodeCommand(method, bytes).kind)),
    dumpCase('segment', `/data/logs/t-0/${BASE}.log`),
    dumpCase('offset-index', `/data/logs/t-0/${BASE}.index`),
    dumpCase('time-index', `/data/logs/t-0/${BASE}.timeindex`),
    dumpCase('term-checkpoint', '/data/logs/t-0/leader-epoch-checkpoint'),
    dumpCase('journal', JOURNAL, mendJournal),
    dumpCase('snapshot', `/data/logs/@metadata/${BASE}-0000000001.snapshot`, mendSnapshot),
  ],
};
