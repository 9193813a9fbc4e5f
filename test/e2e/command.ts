/** The built `flotilla` command as a child process: run to its end, or kept. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of package.json, from wherever this was bundled to. */
function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}

const root = findRoot(import.meta.dirname);
/** What `npm run e2e` has built. Another build, such as an installed package, can be named instead. */
const command = process.env['E2E_COMMAND'] ?? join(root, 'dist/bin/flotilla.js');

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment without settings of whoever runs the tests. */
function cleanEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('FLOTILLA_') && !name.startsWith('VITEST') && name !== 'NODE_OPTIONS',
  );
  return { ...Object.fromEntries(kept), ...extra };
}

export interface CommandOptions {
  /** Working directory; default: the repository. */
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Of node itself, such as `--trace-gc`. */
  readonly nodeFlags?: readonly string[];
}

/** Starts the command; whoever calls ends it. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): ChildProcess {
  if (!existsSync(command)) throw new Error(`${command} is missing: npm run build`);
  return spawn(process.execPath, [...(options.nodeFlags ?? []), command, ...args], {
    cwd: options.directory ?? root,
    env: cleanEnvironment(options.environment ?? {}),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs the command to its end; killed after `milliseconds`, and then `code` is null. */
export function runCommand(
  args: readonly string[],
  options: CommandOptions & { readonly input?: string; readonly milliseconds?: number } = {},
): Promise<CommandResult> {
  const child = startCommand(args, options);
  return new Promise((done, failed) => {
    let stdout = '';
    let stderr = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), options.milliseconds ?? 20_000);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', failed);
    child.on('close', (code) => {
      clearTimeout(timer);
      done({ code, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}
