/**
 * The command line of `flotilla chaos live`, read and checked before anything runs.
 *
 *   --minutes M  --seed TEXT  --nodes N  --faults a,b  --round-seconds S  --shape JSON  -o json
 */
import { parseArgs } from 'node:util';
import { invalidOptions, live } from './index.ts';
import type { LiveOptions, LiveShape } from './index.ts';

export const LIVE_USAGE = `flotilla chaos live              real processes, sockets and disks; the same workloads, the same checks
  --minutes M                    for so long (default 10)
  --seed TEXT                    which faults on which nodes; the times are real ones, so no two runs are equal
  --nodes N                      3 to 7 (default 3)        --faults a,b   only these faults
  --round-seconds S              a fresh cluster after so long (default 45)
  --shape JSON                   what is not drawn, such as {"flush":"os","program":"shipped"}
  -o json                        last line as of \`chaos run\`, and {"acknowledged","lost"}`;

/** The options, or a text that says what is wrong. */
export function readLiveOptions(args: readonly string[]): LiveOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        nodes: { type: 'string', default: '3' },
        faults: { type: 'string' },
        shape: { type: 'string' },
        'round-seconds': { type: 'string' },
        output: { type: 'string', short: 'o', default: 'text' },
      },
    });
    const { faults, shape, 'round-seconds': seconds, output } = values;
    if (output !== 'text' && output !== 'json') return `--output is ${output}; there are text, json`;
    const options: LiveOptions = {
      minutes: Number(values.minutes),
      seed: values.seed,
      nodes: Number(values.nodes),
      output,
      ...(faults === undefined ? {} : { faults: faults.split(',') }),
      ...(shape === undefined ? {} : { shape: JSON.parse(shape) as Partial<LiveShape> }),
      ...(seconds === undefined ? {} : { roundSeconds: Number(seconds) }),
    };
    return invalidOptions(options) ?? options;
  } catch (error) {
    // An unknown option, or JSON that is none.
    return error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
  }
}

/** Runs the command; resolves to the exit code, 64 for bad usage. */
export async function liveCommand(args: readonly string[]): Promise<number> {
  const options = readLiveOptions(args);
  if (typeof options !== 'string') return live(options);
  process.stderr.write(`${options}\n${LIVE_USAGE}\n`);
  return 64;
}
