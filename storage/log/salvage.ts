/**
 * Going on with what is left of a damaged log, because an operator says so: everything from the damage on is put aside.
 *
 * ```
 *  |good|good|dam…|more|  |more|        the file with the damage: copied to `*.damaged`, synced, then cut before the damage
 *              └────────────── lost     the files after it: renamed to `*.damaged`
 * ```
 * Every step can be repeated: the group's record changes last, in one synced batch, and until then says that the log failed.
 */
import { offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { Disk } from '../disk.ts';
import type { LogFailure } from '../replica-log.ts';
import { removeIndex } from '../segment/segment-index.ts';
import type { IndexPorts } from '../segment/segment-index.ts';
import { segmentBaseOf, segmentFileName } from '../segment/segment-name.ts';
import { emptySummary, Segment } from '../segment/segment.ts';
import type { SegmentSummary } from '../segment/segment.ts';
import { finishCleaning } from './cleaned-files.ts';
import type { GroupRecord } from './group-record.ts';
import { applyOperation } from './log-state.ts';
import { proveSegment } from './segment-proof.ts';

export interface SalvagedFiles {
  /** The record of what is left; its log has not failed. */
  readonly record: GroupRecord;
  /** Null: all that the record knew of is good. */
  readonly damage: LogFailure | null;
  /** Files put aside. */
  readonly aside: readonly string[];
}

const COPY_BYTES = 1 << 20;

/** Rejects with the disk's error; then nothing is lost that was there, and it can be repeated. */
export async function salvageFiles(ports: IndexPorts, directory: string, record: GroupRecord): Promise<SalvagedFiles> {
  const { disk } = ports;
  if (!(await disk.exists(directory))) await disk.makeDirectory(directory);
  await finishCleaning(disk, directory, record.moving, record.segments);
  const good: SegmentSummary[] = [];
  const aside: string[] = [];
  let damage: LogFailure | null = null;
  for (const known of record.segments) {
    if (damage !== null) break;
    const proof = await proveSegment(ports, directory, known, record.gaps);
    damage = proof.damage;
    const kept = damage === null ? known : proof.good;
    if (kept.bytes > 0) good.push(kept);
    if (damage === null) continue;
    ports.files.forget(damage.path);
    await removeIndex(disk, new Segment(directory, known));
    if (await disk.exists(damage.path)) aside.push(await setAside(disk, damage.path, kept.bytes));
  }
  if (damage !== null) aside.push(...(await setRestAside(ports, directory, good.at(-1)?.base ?? null)));
  await disk.syncDirectory(directory);
  return { record: recordOf(record, good, damage), damage, aside };
}

function recordOf(record: GroupRecord, good: readonly SegmentSummary[], damage: LogFailure | null): GroupRecord {
  const { logStart, logEnd } = record.facts;
  const end: Offset = damage === null ? logEnd : offset(Math.max(logStart, good.at(-1)?.end ?? logStart));
  const isEmpty = damage !== null && end === logStart;
  return {
    ...record,
    facts: damage === null ? record.facts : applyOperation(record.facts, { kind: 'truncate', to: end }),
    highWatermark: offset(Math.min(record.highWatermark, end)),
    segments: isEmpty ? [] : good,
    moving: [],
    cleaned: offset(0),
    states: [],
    // Nobody may take it for a log that has lost nothing.
    lossy: true,
    failure: null,
    whole: false,
  };
}

/** Keeps the whole file as `*.damaged`, and of the file itself the first `keep` bytes. Answers the name of the copy. */
async function setAside(disk: Disk, path: string, keep: number): Promise<string> {
  const name = await freeName(disk, path);
  if (keep === 0) {
    await disk.rename(path, name);
    return name;
  }
  const from = await disk.open(path, 'write');
  try {
    const to = await disk.open(name, 'create');
    try {
      const buffer = Buffer.alloc(COPY_BYTES);
      for (let at = 0; ;) {
        const got = await from.read(buffer, at);
        if (got === 0) break;
        await to.write([buffer.subarray(0, got)], at);
        at += got;
      }
      await to.datasync();
    } finally {
      await to.close();
    }
    // The copy is there, with its name, before the only other one is cut.
    await disk.syncDirectory(directoryOf(path));
    await from.truncate(keep);
    await from.datasync();
  } finally {
    await from.close();
  }
  return name;
}

/** All segments behind the one that begins at `last`; null: all there are. */
async function setRestAside(ports: IndexPorts, directory: string, last: Offset | null): Promise<readonly string[]> {
  const { disk, files } = ports;
  const names: string[] = [];
  for (const { name } of await disk.list(directory)) {
    const base = segmentBaseOf(name);
    if (base === null || (last !== null && base <= last)) continue;
    const path = `${directory}/${segmentFileName(base, 'log')}`;
    files.forget(path);
    await removeIndex(disk, new Segment(directory, emptySummary(base)));
    const free = await freeName(disk, path);
    await disk.rename(path, free);
    names.push(free);
  }
  return names;
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

async function freeName(disk: Disk, path: string): Promise<string> {
  let name = `${path}.damaged`;
  for (let count = 2; await disk.exists(name); count += 1) name = `${path}.damaged-${count}`;
  return name;
}
