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
import type { LogSettings } from '../replica-log.ts';
import { DamageError } from '../segment/damage.ts';
import { SegmentSet } from '../segment/segment-set.ts';

/** The log as it was at its checkpoint; nothing was written after it. */
export function reopenLog(
  environment: LogEnvironment,
  path: string,
  record: GroupRecord,
  settings: LogSettings,
  thorough: boolean,
): Promise<DiskLog> {
  return recoverLog(environment, path, record, [], settings, { thorough, powerLost: false });
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
  circumstances: { readonly thorough: boolean; readonly powerLost: boolean },
): Promise<DiskLog> {
  const broken = (failed: GroupRecord): DiskLog => {
    const log = new DiskLog(
      environment,
      failed,
      record.facts,
      new SegmentSet(environment.ports, path, settings, [], record.facts.logEnd),
      settings,
    );
    // The journal's records of it will be recycled: that it is not whole must be known for ever.
    if (records.length > 0) environment.changed(log);
    return log;
  };
  if (record.failure !== null) return broken(record);
  const plan = planRecovery(record, records);
  if (plan instanceof DamageError) return broken({ ...record, failure: failureOf(plan) });
  try {
    // Without records in the journal nothing is said of what was written since, nor of how it ended.
    const isWritten = records.length > 0 && !circumstances.powerLost;
    const { set, facts } = await recoverFiles(
      environment.ports,
      path,
      record,
      plan,
      settings,
      circumstances.thorough,
      isWritten,
    );
    const log = new DiskLog(environment, record, facts, set, settings);
    if (records.length > 0 || (circumstances.thorough && record.flush !== 'always')) distrustCache(set);
    // A cut that is not synced could come undone behind what is appended next.
    if (records.length > 0) environment.changed(log);
    else if (set.dirty) await set.sync();
    if (plan.unsynced && circumstances.powerLost) log.markLossy();
    return log;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return broken({ ...record, failure: failure.kind === 'full' ? { ...failure, kind: 'disk' } : failure });
  }
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
