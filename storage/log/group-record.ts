/**
 * What a checkpoint says of one group: the value of `group/<group id>` in the key-value store.
 *
 * JSON, because it is small, rare and worth reading with the eye. All records of a checkpoint are written in one synced
 * batch with the journal sequence that they cover; replay of later journal records wins over them.
 */
import { groupId, offset, term } from '../../raft/index.ts';
import type { GroupId, HardState, Offset, TermStart, Voter } from '../../raft/index.ts';
import { isJsonObject, isListOf, isName, isVoter, isVoters, isWhole, readJson } from '../json.ts';
import type { FlushPolicy, LogFailure } from '../replica-log.ts';
import type { SegmentSummary } from '../segment/segment.ts';
import type { LogFacts } from './log-state.ts';

export interface GroupRecord {
  readonly group: GroupId;
  /** Number of the log, never used twice: a group deleted and made anew has another. */
  readonly log: number;
  /** Name below `logs/`. */
  readonly directory: string;
  readonly flush: FlushPolicy;
  readonly facts: LogFacts;
  readonly highWatermark: Offset;
  readonly segments: readonly SegmentSummary[];
  /** Base offsets of segments whose cleaned file is to take their place; see `compaction.ts`. */
  readonly moving: readonly number[];
  /** Below it no key stands twice: the next compaction begins there. */
  readonly cleaned: Offset;
  /** Saved states: name and ends, ascending. */
  readonly states: readonly (readonly [name: string, ends: readonly number[]])[];
  readonly lossy: boolean;
  /** It was compacted, or copied from a leader's that was: there may be nothing between two batches. */
  readonly gaps: boolean;
  /** The log had failed: what is on disk is not to be trusted. */
  readonly failure: LogFailure | null;
  /**
   * Of a log that had failed: this record, with what was rescued of the journal, names everything that it ever took on.
   * So it can be told from its files whether they are good again.
   */
  readonly whole: boolean;
}

export const GROUP_PREFIX = 'group/';
export const GROUP_PREFIX_END = 'group0';

export function groupKey(group: GroupId): string {
  return `${GROUP_PREFIX}${group}`;
}

type SegmentTuple = readonly [
  base: number,
  end: number,
  bytes: number,
  lastBatch: number,
  timestamp: number | null,
  at: number,
];

interface GroupJson {
  readonly version: 1;
  readonly group: string;
  readonly log: number;
  readonly directory: string;
  readonly flush: FlushPolicy;
  readonly term: number;
  readonly votedFor: HardState['votedFor'];
  readonly logStart: number;
  readonly logStartTerm: number;
  readonly logEnd: number;
  readonly terms: readonly (readonly [term: number, start: number])[];
  readonly voters: readonly (readonly [base: number, voters: readonly Voter[]])[];
  readonly highWatermark: number;
  readonly segments: readonly SegmentTuple[];
  readonly moving: readonly number[];
  /** Absent: 0. */
  readonly cleaned?: number;
  readonly states: GroupRecord['states'];
  readonly lossy: boolean;
  readonly gaps: boolean;
  readonly failure: LogFailure | null;
  /** Absent: false. */
  readonly whole?: boolean;
}

/** The value to store. */
export function encodeGroupRecord(record: GroupRecord): Buffer {
  const { facts } = record;
  const json: GroupJson = {
    version: 1,
    group: record.group,
    log: record.log,
    directory: record.directory,
    flush: record.flush,
    term: facts.hardState.term,
    votedFor: facts.hardState.votedFor,
    logStart: facts.logStart,
    logStartTerm: facts.logStartTerm,
    logEnd: facts.logEnd,
    terms: facts.terms.map((entry) => [entry.term, entry.start] as const),
    voters: facts.voters.map((entry) => [entry.base, entry.voters] as const),
    highWatermark: record.highWatermark,
    segments: record.segments.map(({ base, end, bytes, lastBatch, largest }): SegmentTuple => [
      base,
      end,
      bytes,
      lastBatch,
      largest?.timestamp ?? null,
      largest?.offset ?? 0,
    ]),
    moving: record.moving,
    cleaned: record.cleaned,
    states: record.states,
    lossy: record.lossy,
    gaps: record.gaps,
    failure: record.failure,
    whole: record.whole,
  };
  return Buffer.from(JSON.stringify(json), 'utf8');
}

/** The record in `bytes`, or why there is none. */
export function decodeGroupRecord(bytes: Uint8Array): GroupRecord | string {
  const json = parse(bytes);
  if (typeof json === 'string') return json;
  const terms: TermStart[] = json.terms.map(([number, start]) => ({ term: term(number), start: offset(start) }));
  return {
    group: groupId(json.group),
    log: json.log,
    directory: json.directory,
    flush: json.flush,
    facts: {
      hardState: { term: term(json.term), votedFor: json.votedFor },
      logStart: offset(json.logStart),
      logStartTerm: term(json.logStartTerm),
      logEnd: offset(json.logEnd),
      terms,
      voters: json.voters.map(([base, voters]) => ({ base: offset(base), voters })),
    },
    highWatermark: offset(json.highWatermark),
    segments: json.segments.map(([base, end, size, lastBatch, timestamp, at]) => ({
      base: offset(base),
      end: offset(end),
      bytes: size,
      lastBatch,
      largest: timestamp === null ? null : { timestamp, offset: offset(at) },
    })),
    moving: json.moving,
    cleaned: offset(json.cleaned ?? 0),
    states: json.states,
    lossy: json.lossy,
    gaps: json.gaps,
    failure: json.failure,
    whole: json.whole ?? false,
  };
}

/** The store under it sums its blocks: what is not of this form was never written by this version. */
function parse(bytes: Uint8Array): GroupJson | string {
  const value = readJson(bytes);
  if (value === undefined) return 'is no JSON';
  if (!isJsonObject(value) || !('version' in value)) return 'has no version';
  if (value['version'] !== 1) return `has version ${String(value['version'])}, not 1`;
  const wrong = Object.entries(FORM).find(([name, isRight]) => !isRight(value[name]));
  return wrong === undefined ? (value as unknown as GroupJson) : `has no right ${wrong[0]}`;
}

type Check = (value: unknown) => boolean;

/** A list of exactly these. */
function isTuple(...checks: readonly Check[]): (value: unknown) => value is readonly unknown[] {
  return (value): value is readonly unknown[] =>
    Array.isArray(value) && value.length === checks.length && checks.every((isRight, at) => isRight(value[at]));
}

function listOf(isItem: (value: unknown) => value is readonly unknown[]): Check {
  return (value) => isListOf(value, isItem);
}

const isFlag: Check = (value) => typeof value === 'boolean';
const isWholeList: Check = (value) => isListOf(value, isWhole);

const FORM: { readonly [Name in Exclude<keyof GroupJson, 'version'>]: Check } = {
  group: isName,
  log: isWhole,
  directory: isName,
  flush: (value) => value === 'always' || value === 'interval' || value === 'os',
  term: isWhole,
  votedFor: (value) => value === null || isVoter(value),
  logStart: isWhole,
  logStartTerm: isWhole,
  logEnd: isWhole,
  terms: listOf(isTuple(isWhole, isWhole)),
  voters: listOf(isTuple(isWhole, isVoters)),
  highWatermark: isWhole,
  segments: listOf(
    isTuple(isWhole, isWhole, isWhole, isWhole, (value) => value === null || typeof value === 'number', isWhole),
  ),
  moving: isWholeList,
  cleaned: (value) => value === undefined || isWhole(value),
  states: listOf(isTuple(isName, isWholeList)),
  lossy: isFlag,
  gaps: isFlag,
  failure: (value) => value === null || isJsonObject(value),
  whole: (value) => value === undefined || isFlag(value),
};
