/** `node scripts/run.mjs chaos/explore/main.ts [arguments]`: what `flotilla chaos explore` does, without the rest. */
import { UsageError } from '../command/options.ts';
import { exploreCommand } from './command.ts';

try {
  process.exitCode = await exploreCommand(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  // The user's mistake, in the user's words.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 64;
}
