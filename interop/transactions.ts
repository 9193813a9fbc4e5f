/**
 * `npm run interop -- --transactions`: how many transactions a second Kafka's own client gets through, one after the other, with
 * Flotilla and with a Kafka that runs, so that the two can be compared on one machine.
 *
 * The program is `drivers/java/Transactions.java`; what it asks is what `npm run bench -- transactions` asks with our own client. One
 * system at a time: the others should be idle.
 */
import { spawnSync } from 'node:child_process';
import { newestJavaProgram } from './client.ts';
import type { System } from './system.ts';

const VALUE_BYTES = 200;

export interface TransactionFigures {
  readonly transactionsPerSecond: number;
  readonly commitP50Ms: number;
  readonly commitP99Ms: number;
  readonly counted: number;
}

/** Runs for so many seconds, the first third of them to warm up. Throws with what the program said when it fails. */
export function transactionFigures(system: System, seconds: number): TransactionFigures {
  const [program = '', ...args] = newestJavaProgram('Transactions');
  const command = [...args, system.bootstrap, String(seconds), String(VALUE_BYTES)];
  const { status, stdout, stderr, error } = spawnSync(program, command, { encoding: 'utf8' });
  const line = stdout?.split('\n').find((each) => each.startsWith('{'));
  if (status !== 0 || line === undefined)
    throw new Error(`transactions with ${system.name}: ${error === undefined ? stderr : String(error)}`);
  return JSON.parse(line) as TransactionFigures;
}

export function describeFigures(system: System, figures: TransactionFigures): string {
  const { transactionsPerSecond, commitP50Ms, commitP99Ms, counted } = figures;
  return [
    system.name.padEnd(10),
    `${transactionsPerSecond} transactions/s`,
    `commit p50 ${commitP50Ms} ms, p99 ${commitP99Ms} ms`,
    `${counted} of 100 records of ${VALUE_BYTES} bytes`,
  ].join('   ');
}
