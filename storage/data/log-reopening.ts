/**
 * Making a log of what the checkpoint, the journal and the files say. Never shortens what was durable: damage makes a
 * log that has failed, and names the place.
 */
import type { PlacedRecord } from '../journal/journal-replay.ts';
import { DiskLog } from '../log/disk-log.ts';
import type { GroupRecord } from '../log/group-record.ts';
import type { LogEnvironment } from '../log/log-environment.ts';
import { failureOf } from '../log/log-failed.ts';
import { recoverFiles } from '../log/recover-files.ts';
import { planRecovery } from '../log/recovery-plan.ts';
import { proveSegment } from '../log/segment-proof.ts';
import type { LogFailure, LogSettings } from '../replica-log.ts';
import { DamageError } from '../segment/damage.ts';
import { SegmentSet } from '../segment/segment-set.ts';
import { readRescued, rescueRecords } from './rescued-records.ts';

interface Circumstances {
  /** Look at every file: the node did not stop in order. */
  readonly thorough: boolean;
  readonly powerLost: boolean;
}

type Failed = Pick<GroupRecord, 'whole' | 'lossy'> & { readonly failure: LogFailure };

/** The log as it was at its checkpoint; nothing was written after it. */
export async function reopenLog(
  environment: LogEnvironment,
  path: string,
  record: GroupRecord,
  settings: LogSettings,
  thorough: boolean,
): Promise<DiskLog> {
  if (record.failure !== null) return lookAgain(environment, path, record, settings);
  return recoverLog(environment, path, record, [], settings, { thorough, powerLost: false });
}

/**
 * A log that had failed: somebody may have brought its files back. It is used again only when everything is there that it
 * ever took on, read and checked from end to end.
 */
async function lookAgain(
  environment: LogEnvironment,
  path: string,
  record: GroupRecord,
  settings: LogSettings,
): Promise<DiskLog> {
  const broken = (failure: LogFailure | null): DiskLog =>
    brokenLog(environment, path, { ...record, failure }, settings);
  if (!record.whole) return broken(record.failure);
  try {
    const { ports } = environment;
    const rescued = await readRescued(ports.disk, path, record.log);
    if (rescued instanceof DamageError) return broken(damageOf(rescued));
    const before = { ...record, failure: null, whole: false };
    const circumstances = { thorough: true, powerLost: false };
    const log = await tryRecover(environment, path, before, rescued, settings, circumstances);
    if ('failed' in log) return broken(log.failed.failure);
    for (const summary of log.set.summaries()) {
      const { damage } = await proveSegment(ports, path, summary, log.set.hasGaps);
      if (damage !== null) return broken(damage);
    }
    return log;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return broken(lasting(failure));
  }
}

function brokenLog(environment: LogEnvironment, path: string, record: GroupRecord, settings: LogSettings): DiskLog {
  const set = new SegmentSet(environment.ports, path, settings, [], record.facts.logEnd);
  return new DiskLog(environment, record, record.facts, set, settings);
}

/**
 * The log after the journal's `records` of it. Its files are written but not synced: a checkpoint must follow before
 * it is used.
 */
export async function recoverLog(
  environment: LogEnvironment,
  path: string,
  record: GroupRecord,
  records: readonly PlacedRecord[],
  settings: LogSettings,
  circumstances: Circumstances,
): Promise<DiskLog> {
  const recovered =
    record.failure !== null
      ? { failed: { failure: record.failure, whole: false, lossy: record.lossy } }
      : await tryRecover(environment, path, record, records, settings, circumstances);
  if (recovered instanceof DiskLog) return recovered;
  const { failed } = recovered;
  if (failed.whole && records.length > 0) await rescueRecords(environment.ports.disk, path, records);
  const log = brokenLog(environment, path, { ...record, ...failed }, settings);
  // The journal's records of it will be recycled: that it is not well must be known for ever.
  if (records.length > 0) environment.changed(log);
  return log;
}

async function tryRecover(
  environment: LogEnvironment,
  path: string,
  record: GroupRecord,
  records: readonly PlacedRecord[],
  settings: LogSettings,
  { thorough, powerLost }: Circumstances,
): Promise<DiskLog | { readonly failed: Failed }> {
  const plan = planRecovery(record, records);
  if (plan instanceof DamageError) return { failed: { failure: damageOf(plan), whole: false, lossy: record.lossy } };
  const lost = plan.unsynced && powerLost;
  try {
    // Without records in the journal nothing is said of what was written since, nor of how it ended.
    const isWritten = records.length > 0 && !powerLost;
    const { set, facts } = await recoverFiles(environment.ports, path, record, plan, settings, thorough, isWritten);
    const log = new DiskLog(environment, record, facts, set, settings);
    if (records.length > 0 || (thorough && record.flush !== 'always')) distrustCache(set);
    // A cut that is not synced could come undone behind what is appended next.
    if (records.length > 0) environment.changed(log);
    else if (set.dirty) await set.sync();
    if (lost) log.markLossy();
    return log;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return { failed: { failure: lasting(failure), whole: true, lossy: record.lossy || lost } };
  }
}

/** At start nothing waits for space. */
function lasting(failure: LogFailure): LogFailure {
  return failure.kind === 'full' ? { ...failure, kind: 'disk' } : failure;
}

function damageOf({ path, position, reason }: DamageError): LogFailure {
  return { kind: 'damaged', path, position, reason };
}

/**
 * What a dead process cut or removed (a recovering one too) looks done, and may yet be undone on disk: it is synced before
 * something takes its place or its name. Logs that are replayed from the journal need it only where they are written again.
 */
function distrustCache(set: SegmentSet): void {
  set.directoryDirty = true;
  const last = set.segments.at(-1);
  if (last !== undefined) last.dirty = true;
}
