/**
 * `flotilla chaos …`: the chaos suite, which is a program of its own beside the product (`dist/lib/chaos/main.js`): it reads the
 * arguments and has the last word on the exit code.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, EXIT } from '../exit-code.ts';

/** From `dist/bin`, where this runs. */
const PROGRAM = join(import.meta.dirname, '..', 'lib', 'chaos', 'main.js');

/** Answers its exit code. */
export function chaos(args: readonly string[]): Promise<number> {
  if (!existsSync(PROGRAM)) throw new CliError(EXIT.config, `${PROGRAM} is missing`, 'in a checkout: `npm run build`');
  const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches both; the child reports what ran so far, then both end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? EXIT.interrupted));
  });
}
