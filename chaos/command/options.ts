/**
 * The command line of `flotilla chaos`, read and checked before anything runs. What is wrong with it is a text that names what
 * there is.
 */
import { parseArgs } from 'node:util';
import { FAULT_NAMES, PROFILE_NAMES } from '../nemesis/index.ts';
import type { FaultName, FixedShape, ProfileName, ShapeOptions } from '../nemesis/index.ts';

/** Bad usage; the message is the user's. Exit code 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface RunOptions {
  readonly what:
    | { readonly kind: 'one'; readonly seed: string }
    | { readonly kind: 'count'; readonly seeds: number; readonly from: number }
    | { readonly kind: 'minutes'; readonly minutes: number; readonly from: number | null };
  readonly shape: ShapeOptions;
  readonly jobs: number;
  /** Each seed twice, in two processes; else some. */
  readonly twice: boolean;
  /** End with the first violation. */
  readonly stop: boolean;
  readonly shrinks: boolean;
  readonly canaries: boolean;
  /** Where replay files go. */
  readonly out: string;
  readonly json: boolean;
  /** No progress. */
  readonly quiet: boolean;
}

const SEED = /^[0-9a-f]{1,12}$/;
const NODES_MAX = 7;
const JOBS_MAX = 256;

/** @param cores default of `--jobs` */
export function readRunOptions(args: readonly string[], cores: number): RunOptions {
  const values = parsed(args, {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    from: { type: 'string' },
    profile: { type: 'string' },
    faults: { type: 'string' },
    nodes: { type: 'string' },
    shape: { type: 'string' },
    ms: { type: 'string' },
    jobs: { type: 'string' },
    out: { type: 'string' },
    output: { type: 'string', short: 'o' },
    twice: { type: 'boolean' },
    stop: { type: 'boolean' },
    quiet: { type: 'boolean' },
    'no-shrink': { type: 'boolean' },
    'no-canaries': { type: 'boolean' },
  });
  const text = (key: string): string | undefined => values[key] as string | undefined;
  return {
    what: whatToRun(text('seed'), text('seeds'), text('minutes'), text('from')),
    shape: readShape(text),
    jobs: whole('--jobs', text('jobs'), 1, JOBS_MAX) ?? cores,
    twice: values['twice'] === true,
    stop: values['stop'] === true,
    shrinks: values['no-shrink'] !== true,
    canaries: values['no-canaries'] !== true,
    out: text('out') ?? '.',
    json: readOutput(text('output')),
    quiet: values['quiet'] === true,
  };
}

/** Options of any chaos command; what is unknown is a {@link UsageError} that lists what there is. */
export function parsed(
  args: readonly string[],
  options: Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>>,
  positionals = 0,
): Readonly<Record<string, string | boolean | readonly string[] | undefined>> {
  try {
    const found = parseArgs({ args: [...args], options, allowPositionals: positionals > 0 });
    return { ...found.values, positionals: found.positionals } as Record<string, string | boolean | readonly string[]>;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${reason}; there are ${known.join(', ')}`, { cause: error });
  }
}

export function readOutput(text: string | undefined): boolean {
  if (text === undefined || text === 'text') return false;
  if (text === 'json') return true;
  throw new UsageError(`--output is ${text}; there are text, json`);
}

/** Null when it is absent. Both ends are included. */
export function whole(name: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(`${name} is ${text}; allowed is a whole number from ${least} to ${most}`);
  return value;
}

/** A seed is a number in hexadecimal. */
export function readSeed(text: string): number {
  const lower = text.toLowerCase();
  if (!SEED.test(lower)) throw new UsageError(`${text} is no seed; a seed is 1 to 12 hexadecimal digits, such as 8f3a`);
  return Number.parseInt(lower, 16);
}

export function seedText(seed: number): string {
  return seed.toString(16);
}

function whatToRun(
  seed: string | undefined,
  seeds: string | undefined,
  minutes: string | undefined,
  from: string | undefined,
): RunOptions['what'] {
  if ([seed, seeds, minutes].filter((each) => each !== undefined).length > 1)
    throw new UsageError('only one of --seed, --seeds and --minutes');
  if (seed !== undefined) return { kind: 'one', seed: seedText(readSeed(seed)) };
  const first = from === undefined ? null : readSeed(from);
  const count = whole('--seeds', seeds, 1, 1_000_000_000);
  if (count !== null) return { kind: 'count', seeds: count, from: first ?? 1 };
  const value = minutes === undefined ? 10 : Number(minutes);
  if (!(value > 0 && value <= 100_000)) throw new UsageError(`--minutes is ${minutes}; allowed is a number above 0`);
  return { kind: 'minutes', minutes: value, from: first };
}

function readShape(text: (key: string) => string | undefined): ShapeOptions {
  const profile = text('profile');
  if (profile !== undefined && !PROFILE_NAMES.includes(profile as ProfileName))
    throw new UsageError(`${profile} is no profile; there are ${PROFILE_NAMES.join(', ')}`);
  const faults = text('faults')?.split(',');
  const unknown = faults?.find((name) => !FAULT_NAMES.includes(name as FaultName));
  if (unknown !== undefined) throw new UsageError(`${unknown} is no fault; there are ${FAULT_NAMES.join(', ')}`);
  const nodes = whole('--nodes', text('nodes'), 1, NODES_MAX);
  const milliseconds = whole('--ms', text('ms'), 1, 3_600_000);
  const shape = text('shape');
  return {
    ...(profile === undefined ? {} : { profile: profile as ProfileName }),
    ...(faults === undefined ? {} : { faults: faults as readonly FaultName[] }),
    ...(nodes === null ? {} : { nodes }),
    ...(milliseconds === null ? {} : { milliseconds }),
    ...(shape === undefined ? {} : { shape: readFixed(shape) }),
  };
}

function readFixed(text: string): FixedShape {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below: it is no JSON object.
  }
  throw new UsageError(`--shape is ${text}; allowed is a JSON object, such as {"nodes":5,"flush":"os"}`);
}
