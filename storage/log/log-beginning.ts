/**
 * What a log begins its life with in this process: the settings in force, and what recovery tells the core.
 */
import { METADATA_GROUP, offset } from '../../raft/index.ts';
import type { GroupId, Offset, RecoveredLog } from '../../raft/index.ts';
import type { LogSettings } from '../replica-log.ts';
import type { LogFacts } from './log-state.ts';

/** The settings in force: the metadata log is journaled whatever the node's setting. */
export function effectiveSettings(group: GroupId, settings: LogSettings): LogSettings {
  return group === METADATA_GROUP ? { ...settings, flush: 'always' } : settings;
}

/** For `createCore`; the voters of a batch below the log start are given at the log start. */
export function recoveredOf(facts: LogFacts, highWatermark: Offset): RecoveredLog {
  const { hardState, logStart, logStartTerm, logEnd, terms } = facts;
  const voters = facts.voters.map((entry) => ({ base: offset(Math.max(entry.base, logStart)), voters: entry.voters }));
  return { hardState, logStart, logStartTerm, logEnd, terms, voters, initialVoters: null, highWatermark };
}
