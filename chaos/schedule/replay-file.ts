/**
 * A failing run as a file of a few kilobytes: seed, shape, decisions, and what failed, on which build.
 *
 * Seed, shape and decisions are all that is needed; the rest is for people, and for saying that it was another build.
 */
import { invalidDecision } from './decision.ts';
import type { Decision } from './decision.ts';

export interface ReplayFile {
  readonly kind: 'flotilla-replay';
  /** Commit of the build that failed. */
  readonly commit: string;
  readonly seed: string;
  readonly profile: string;
  /** Which invariant, and what was seen. */
  readonly invariant: string;
  readonly text: string;
  /** Trace hash of the run at its failure. */
  readonly hash: string;
  /** A `CampaignShape`; checked by who runs it. */
  readonly shape: object;
  readonly decisions: readonly Decision[];
}

/** One decision a line, so that a diff of two files can be read. */
export function writeReplay(file: ReplayFile): string {
  const { decisions, ...head } = file;
  const lines = decisions.map((decision) => `    ${JSON.stringify(decision)}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  const text = JSON.stringify(head, null, 2).slice(0, -2);
  return `${text},\n  "decisions": ${list}\n}\n`;
}

/** A text says what is wrong with the file. */
export function readReplay(text: string): ReplayFile | string {
  const value = parse(text);
  if (typeof value !== 'object' || value === null) return 'it is not JSON';
  const file = value as Partial<ReplayFile>;
  if (file.kind !== 'flotilla-replay') return 'it is no replay file: "kind" must be "flotilla-replay"';
  for (const key of ['commit', 'seed', 'profile', 'invariant', 'text', 'hash'] as const)
    if (typeof file[key] !== 'string') return `"${key}" must be a string`;
  if (typeof file.shape !== 'object' || file.shape === null) return '"shape" must be an object';
  if (!Array.isArray(file.decisions)) return '"decisions" must be a list';
  for (const [index, decision] of file.decisions.entries()) {
    const wrong = invalidDecision(decision);
    if (wrong !== null) return `decision ${index}: ${wrong}`;
  }
  return file as ReplayFile;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Said by who asked: it is no replay file.
    return null;
  }
}
