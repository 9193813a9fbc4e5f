/**
 * One run of the command line: parse, run the command, turn whatever failed into a message and an exit code.
 *
 * A stack trace is for bugs of ours, and only with FLOTILLA_DEBUG.
 */
import { CommanderError } from 'commander';
import { CliError, EXIT } from './exit-code.ts';
import { buildProgram } from './program.ts';

/** Commander ends with 1 for all bad usage; help and version are no failure. */
function usageExit(error: CommanderError): number {
  return error.exitCode === 0 || error.code === 'commander.help' || error.code === 'commander.helpDisplayed'
    ? EXIT.ok
    : EXIT.usage;
}

function explain(error: CliError): void {
  process.stderr.write(`flotilla: ${error.message}\n${error.next === '' ? '' : `${error.next}\n`}`);
}

async function cliErrorFor(error: unknown): Promise<CliError | null> {
  if (error instanceof CliError) return error;
  if (!(error instanceof Error) || error.name !== 'ClientError') return null;
  const { ClientError } = await import('../client/index.ts');
  const { cliErrorOf } = await import('./exit-code.ts');
  return error instanceof ClientError ? cliErrorOf(error) : null;
}

/** Runs one command line (without node and script); resolves to the exit code. */
export async function runCli(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.ok;
  // Timers of the ports keep no process alive: a command that waits must not just end.
  const awake = setInterval(() => undefined, 1 << 30);
  // A reader that has seen enough (head) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
  });
  try {
    // A program of its own, down to its help.
    if (args[0] === 'chaos') return await (await import('./commands/chaos.ts')).chaos(args.slice(1));
    await buildProgram((code) => {
      exitCode = code;
    }).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageExit(error);
    const known = await cliErrorFor(error);
    if (known !== null) {
      explain(known);
      return known.exitCode;
    }
    const detail = error instanceof Error ? error.message : String(error);
    const trace = process.env['FLOTILLA_DEBUG'] !== undefined && error instanceof Error ? `${error.stack ?? ''}\n` : '';
    process.stderr.write(
      `flotilla: internal error: ${detail}\n${trace}please report it; FLOTILLA_DEBUG=1 shows where it came from\n`,
    );
    return EXIT.software;
  } finally {
    clearInterval(awake);
  }
}
