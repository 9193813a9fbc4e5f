/** Runs one client's driver against one cluster, and reads what came of each behaviour. */
import { spawn } from 'node:child_process';
import { isBehaviour } from './behaviour.ts';
import type { Behaviour, Outcome, Outcomes } from './behaviour.ts';
import type { System } from './system.ts';

/** For all behaviours of one client. */
const DRIVER_MS = 600_000;

/** What a driver said, names made the same for every run: PREFIX stands for the one that this run had. */
export function readOutcomes(text: string, prefix: string): Outcomes {
  const outcomes = new Map<Behaviour, Outcome>();
  for (const line of text.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { behaviour, outcome } = JSON.parse(line.replaceAll(prefix, 'PREFIX')) as {
      readonly behaviour: string;
      readonly outcome: Outcome;
    };
    if (!isBehaviour(behaviour)) throw new Error(`a driver did ${behaviour}, which is no behaviour`);
    outcomes.set(behaviour, outcome);
  }
  return outcomes;
}

export function runDriver(
  command: readonly string[],
  system: System,
  behaviours: readonly Behaviour[],
  prefix: string,
): Promise<{ readonly outcomes: Outcomes; readonly log: string }> {
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, system.bootstrap, prefix, ...behaviours], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), DRIVER_MS);
  let stdout = '';
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code !== 0) log += `\nthe driver ended with ${signal ?? code}`;
      resolve({ outcomes: readOutcomes(stdout, prefix), log });
    });
  });
}
