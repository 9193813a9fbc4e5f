/** The replication core's face. Outsiders import this file only. */
export { assert, AssertionError, present, unreachable } from './assert.ts';
export * from './ids.ts';
export type { Random } from './random.ts';
export { seededRandom } from './seeded-random.ts';
export type { BatchPosition, Control, LogPosition, TermStart, Voter } from './batch-position.ts';
export type { GroupConfig, Policy, RecoveredLog } from './config.ts';
export type { Effect, HardState, Outgoing, Persist, Refusal, Role } from './effect.ts';
export type { Assignment, Input, Member, Proposal } from './input.ts';
export type {
  Append,
  AppendHeader,
  AppendOutcome,
  AppendReply,
  Message,
  PreVote,
  PreVoteReply,
  Reset,
  SnapshotChunk,
  SnapshotMeta,
  SnapshotReply,
  TimeoutNow,
  Vote,
  VoteReply,
} from './message.ts';
export { createCore, step } from './step.ts';
export type { CoreState } from './state.ts';
export {
  endOfTerm,
  lowWatermark,
  maximalIsr,
  nextDue,
  type PeerStatus,
  type Status,
  statusOf,
  termBefore,
} from './status.ts';
export { describeEffect, describeInput, describeMessage, describeStatus } from './describe.ts';
