/**
 * The command line of `npm run fuzz`, read and checked before anything runs.
 */
import { parseArgs } from 'node:util';

export const USAGE = `npm run fuzz -- [options]
  --executions N     of all targets together, or of those named; default 1000000
  --seconds N        end after so many seconds instead
  --target NAME      one target; may be repeated; default all
  --seed TEXT        the same seed, target and index are the same input; default: drawn and printed
  --jobs N           threads; default the number of cores
  -o json            one line of JSON for each progress line, failure, and the verdict
  --index N          with one --target and --seed: run that one execution again, and shrink its input
  --case NAME --input HEX|@FILE   with one --target: run that input
exit code: 0 nothing found, 1 something failed, 64 bad usage`;

export interface FuzzOptions {
  readonly executions: number;
  readonly seconds: number | null;
  /** Empty: all. */
  readonly targets: readonly string[];
  readonly seed: string;
  readonly jobs: number;
  readonly json: boolean;
  readonly again:
    | { readonly kind: 'index'; readonly index: number }
    | { readonly kind: 'input'; readonly name: string; readonly input: string }
    | null;
}

const EXECUTIONS = 1_000_000;

/** The options, or what is wrong with them. */
export function readOptions(
  args: readonly string[],
  given: { readonly cores: number; readonly seed: string; readonly targets: readonly string[] },
): FuzzOptions | string {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        executions: { type: 'string' },
        seconds: { type: 'string' },
        target: { type: 'string', multiple: true },
        seed: { type: 'string' },
        jobs: { type: 'string' },
        output: { type: 'string', short: 'o' },
        index: { type: 'string' },
        case: { type: 'string' },
        input: { type: 'string' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (values.help === true) return USAGE;
  const { executions, seconds, jobs, output, index, input } = values;
  const targets = values.target ?? [];
  const unknown = targets.find((name) => !given.targets.includes(name));
  if (unknown !== undefined) return `no target ${unknown}; there are ${given.targets.join(', ')}`;
  const numbers = { executions, seconds, jobs, index };
  for (const [name, text] of Object.entries(numbers))
    if (text !== undefined && !/^\d{1,15}$/.test(text)) return `--${name} wants a whole number, not ${text}`;
  if (output !== undefined && output !== 'json') return `-o knows json, not ${output}`;
  if ((index !== undefined || input !== undefined) && targets.length !== 1)
    return '--index and --input want one --target';
  if ((input === undefined) !== (values.case === undefined)) return '--case and --input go together';
  if (index !== undefined && values.seed === undefined) return '--index wants the --seed that it is of';
  const again =
    input !== undefined
      ? ({ kind: 'input', name: values.case ?? '', input } as const)
      : index !== undefined
        ? ({ kind: 'index', index: Number(index) } as const)
        : null;
  return {
    executions: Number(executions ?? EXECUTIONS),
    seconds: seconds === undefined ? null : Number(seconds),
    targets,
    seed: values.seed ?? given.seed,
    jobs: Math.max(1, Number(jobs ?? given.cores)),
    json: output === 'json',
    again,
  };
}
