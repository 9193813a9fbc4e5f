/**
 * `node scripts/run.mjs chaos/live/main.ts --minutes 1`: `flotilla chaos live` from the source tree. See `command.ts` for its
 * options.
 */
import { liveCommand } from './command.ts';

process.exit(await liveCommand(process.argv.slice(2)));
