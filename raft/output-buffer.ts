/**
 * What a step has gathered for its caller, and what the caller was told last.
 *
 * Part of the state only so that every part of a step can reach it: empty between steps but for what was announced.
 */
import type { BatchPosition, Voter } from './batch-position.ts';
import type { Effect, Outgoing, Persist, Role } from './effect.ts';
import type { NodeId, Offset, Term } from './ids.ts';

/** The persist of the step, while it is being put together. */
export type Draft = {
  -readonly [Key in keyof Omit<Persist, 'sequence' | 'hardState' | 'append' | 'thenSend'>]: Persist[Key];
} & {
  readonly append: BatchPosition[];
  readonly thenSend: Outgoing[];
};

export interface Announced {
  readonly role: Role;
  readonly term: Term;
  readonly leader: NodeId | null;
  readonly termStart: Offset | null;
}

export interface Output {
  draft: Draft | null;
  effects: Effect[];
  announced: Announced | null;
  announcedVoters: readonly Voter[] | null;
  announcedHighWatermark: Offset;
}

export function emptyOutput(highWatermark: Offset): Output {
  return { draft: null, effects: [], announced: null, announcedVoters: null, announcedHighWatermark: highWatermark };
}
