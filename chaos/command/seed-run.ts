/**
 * One seed from beginning to verdict: run it, and when it fails make its schedule as short as it gets.
 *
 * ```
 *  seed ─▶ campaign ─ fails ─▶ decisions done again: the same hash? ─▶ shrink decisions ─▶ shrink shape ─▶ replay file
 * ```
 */
import { campaign, smallerShapes } from '../nemesis/index.ts';
import type { CampaignResult, CampaignShape, ShapeOptions } from '../nemesis/index.ts';
import { shrink } from '../schedule/index.ts';
import type { Decision, ReplayFile } from '../schedule/index.ts';

export interface FoundViolation {
  readonly replay: ReplayFile;
  /** How many decisions there were before shrinking, and how many runs that took. */
  readonly before: number;
  readonly runs: number;
  /** Everything that is known of the failing run as it came. */
  readonly details: string;
}

export interface SeedOutcome {
  readonly seed: string;
  readonly hash: string;
  readonly virtualMs: number;
  readonly acked: number;
  /** See `CampaignResult.tolerated`. */
  readonly tolerated: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly markers: readonly string[];
  readonly violation: FoundViolation | null;
  /** The failing run's decisions, done again, gave another run: the harness is broken. */
  readonly isUnrepeatable: boolean;
}

export interface SeedRunOptions {
  readonly seed: string;
  readonly shape: ShapeOptions;
  readonly shrinks: boolean;
  readonly commit: string;
  /** Real milliseconds, for the bound on shrinking. */
  readonly now: () => number;
  readonly onShrinking: (left: number, runs: number) => void;
}

const SHRINK_RUNS_MAX = 250;
const SHRINK_MS_MAX = 120_000;

export async function runSeed(options: SeedRunOptions): Promise<SeedOutcome> {
  const { seed, shape } = options;
  const first = await campaign({ seed, ...shape });
  const { hash, virtualMs, acked, tolerated, faults, failure, markers } = first;
  const known = { seed, hash, virtualMs, acked, tolerated, faults, markers };
  if (failure === null) return { ...known, violation: null, isUnrepeatable: false };
  const again = await repeat(first, first.shape, first.decisions);
  const isUnrepeatable = again.hash !== hash;
  const shrunk = options.shrinks && !isUnrepeatable ? await shrinkRun(first, options) : { result: first, runs: 0 };
  const violation = {
    replay: replayOf(shrunk.result, options.commit),
    before: first.decisions.length,
    runs: shrunk.runs,
    details: failure.details,
  };
  return { ...known, violation, isUnrepeatable };
}

/** `result` failed. */
function replayOf({ seed, shape, hash, decisions, failure }: CampaignResult, commit: string): ReplayFile {
  const { invariant = '', text = '' } = failure ?? {};
  return { kind: 'flotilla-replay', commit, seed, profile: shape.profile, invariant, text, hash, shape, decisions };
}

function repeat(
  { seed }: CampaignResult,
  shape: CampaignShape,
  decisions: readonly Decision[],
): Promise<CampaignResult> {
  return campaign({ seed, shape, decisions });
}

async function shrinkRun(
  first: CampaignResult,
  { now, onShrinking }: SeedRunOptions,
): Promise<{ readonly result: CampaignResult; readonly runs: number }> {
  const until = now() + SHRINK_MS_MAX;
  let best = first;
  let runs = 0;
  const enough = (): boolean => runs >= SHRINK_RUNS_MAX || now() > until;
  const tried = async (shape: CampaignShape, decisions: readonly Decision[]): Promise<boolean> => {
    runs += 1;
    const result = await repeat(first, shape, decisions);
    if (result.failure?.invariant !== first.failure?.invariant) return false;
    best = result;
    onShrinking(best.decisions.length, runs);
    return true;
  };
  await tried(endedSooner(first), first.decisions);
  await shrink(best.decisions, { fails: (list) => tried(best.shape, list), enough });
  for (const shape of smallerShapes(best.shape)) {
    if (enough()) break;
    await tried({ ...best.shape, ...shape(best.shape) }, best.decisions);
  }
  return { result: best, runs };
}

/** The faults end where the failure was. */
function endedSooner({ shape, failure, decisions }: CampaignResult): CampaignShape {
  const last = Math.max(failure?.at ?? 0, ...decisions.map(({ at }) => at));
  return { ...shape, milliseconds: Math.min(shape.milliseconds, Math.ceil(last)) };
}
