/**
 * What an operator goes on with when a log has failed for good: the files before the damage, and the record of them.
 *
 * Segments that may lack what was acknowledged (a write failed) and are good as far as the record knows are read to their
 * end: what reached them is kept.
 */
import { offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { GroupRecord } from '../log/group-record.ts';
import { recoverFiles } from '../log/recover-files.ts';
import { planRecovery } from '../log/recovery-plan.ts';
import { salvageFiles } from '../log/salvage.ts';
import { DamageError } from '../segment/damage.ts';
import type { IndexPorts } from '../segment/segment-index.ts';
import type { Salvaged } from '../store.ts';
import { readRescued } from './rescued-records.ts';

/** For what is cut or scanned here; the log's own follow when it is opened. */
const SHAPE = { segmentBytesMax: 1 << 30, indexIntervalBytes: 4096, compact: false };

/** The record is the caller's to store. Rejects with the disk's error; it can be repeated. */
export async function salvage(
  ports: IndexPorts,
  directory: string,
  failed: GroupRecord,
): Promise<{ readonly record: GroupRecord; readonly salvaged: Salvaged }> {
  const hadEnd = await endOf(ports, directory, failed);
  const { record, damage, aside } = await salvageFiles(ports, directory, failed);
  const left = damage === null ? await scanned(ports, directory, record) : record;
  const end = left.facts.logEnd;
  return { record: left, salvaged: { end, lostTo: offset(Math.max(end, hadEnd)), damage, aside } };
}

/** Where the log ended when it failed. */
async function endOf(ports: IndexPorts, directory: string, failed: GroupRecord): Promise<Offset> {
  const rescued = await readRescued(ports.disk, directory, failed.log);
  const plan = rescued instanceof DamageError ? rescued : planRecovery({ ...failed, failure: null }, rescued);
  return plan instanceof DamageError ? failed.facts.logEnd : plan.facts.logEnd;
}

async function scanned(ports: IndexPorts, directory: string, record: GroupRecord): Promise<GroupRecord> {
  const { facts } = record;
  const plan = {
    facts,
    keep: facts.logEnd,
    from: facts.logEnd,
    batches: [],
    scan: { limit: null, opened: [] },
    unsynced: false,
  };
  const found = await recoverFiles(ports, directory, record, plan, SHAPE, true, false);
  found.set.directoryDirty = true;
  await found.set.sync();
  return { ...record, facts: found.facts, segments: found.set.summaries() };
}
