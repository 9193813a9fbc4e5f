/**
 * What a run looked like: everything that the page draws, as plain JSON. Times are virtual milliseconds since the world began.
 */

export interface Span {
  /** 1, 2, … */
  readonly node: number;
  readonly from: number;
  readonly until: number;
}

export interface Lead extends Span {
  /** `metadata`, or topic and partition. */
  readonly group: string;
  readonly term: number;
}

export interface Operation {
  /** Who asked. */
  readonly who: string;
  readonly what: string;
  readonly from: number;
  /** When it was answered; null: never, or nobody knows. */
  readonly until: number | null;
  readonly outcome: 'done' | 'failed' | 'unknown';
}

export interface Sent {
  readonly at: number;
  /** Names of machines. */
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  /** What it was, a line each. */
  readonly lines: readonly string[];
}

export interface Picture {
  readonly title: string;
  /** Seed, build, invariant: a line each. */
  readonly notes: readonly string[];
  readonly nodes: number;
  /** From the first decision's time, or a little before, to the end of the run. */
  readonly until: number;
  readonly healedAt: number | null;
  readonly failure: { readonly at: number; readonly text: string } | null;
  readonly lives: readonly Span[];
  readonly pauses: readonly Span[];
  readonly leads: readonly Lead[];
  readonly cuts: readonly { readonly from: string; readonly to: string; readonly at: number; readonly until: number }[];
  readonly decisions: readonly { readonly at: number; readonly text: string; readonly node: number | null }[];
  readonly operations: readonly Operation[];
  readonly messages: readonly Sent[];
  /** How many messages there were; only the last ones are kept. */
  readonly messagesTotal: number;
}
