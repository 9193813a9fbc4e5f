/**
 * `npm run chaos` and `flotilla chaos`: whole clusters under simulated faults, every failure a seed that can be run again.
 *
 *   run      seeds on all cores (default)          replay   one failing schedule again, as a picture too
 *   live     real processes, sockets and disks     mutants  planted bugs, and which seed finds each
 *   explore  all orders of a small Raft group      check    what `npm test` runs: regressions, canaries, fresh seeds
 */
import { availableParallelism } from 'node:os';
import { check } from './command/check.ts';
import { mutants } from './command/mutants.ts';
import { readRunOptions, UsageError } from './command/options.ts';
import { replay } from './command/replay.ts';
import { EXIT, run } from './command/run.ts';
import { USAGE } from './command/usage.ts';
import { serve } from './command/worker.ts';
import { exploreCommand } from './explore/command.ts';
import { liveCommand } from './live/command.ts';
import { canaries } from './mutants/index.ts';

const entry = process.argv[1] ?? '';

async function main(args: readonly string[]): Promise<number> {
  const [first = 'run', ...rest] = args;
  const command = first.startsWith('-') ? 'run' : first;
  const left = first.startsWith('-') ? args : rest;
  if (left.includes('--help') || left.includes('-h') || command === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return EXIT.nothing;
  }
  const cores = availableParallelism();
  const parts = { entry, canaries: (): Promise<number> => canaries(cores) };
  switch (command) {
    case 'run':
      return run(readRunOptions(left, cores), parts);
    case 'check':
      return check(left, cores, parts);
    case 'replay':
      return replay(left);
    case 'live':
      return liveCommand(left);
    case 'mutants':
      return mutants(left, cores);
    case 'explore':
      return exploreCommand(left);
    default:
      throw new UsageError(`${command} is no chaos command; there are run, replay, live, mutants, explore, check`);
  }
}

if (process.argv[2] === 'worker') serve();
else
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      process.stderr.write(`${error.message}\nnext: flotilla chaos --help\n`);
      process.exitCode = EXIT.usage;
    },
  );
