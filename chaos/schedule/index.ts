/** The face of schedules: faults as data. */
export { apply, DECISION_KINDS, describeDeed, invalidDecision } from './decision.ts';
export type { Decision, DecisionKind, Deed } from './decision.ts';
export { readReplay, writeReplay } from './replay-file.ts';
export type { ReplayFile } from './replay-file.ts';
export { describeDecision, Schedule } from './schedule.ts';
export type { Misfit } from './schedule.ts';
export { shrink } from './shrink.ts';
export type { Shrunk, ShrinkOptions } from './shrink.ts';
