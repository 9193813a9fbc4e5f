/**
 * `npm run bench [-- NAMES… --flush always|os|interval --quick --json]`: the built product under load, as it ships.
 *
 * Prints each figure as it comes, then a table, or with `--json` one line a figure, machine and settings first. The
 * client shares the machine with the servers: look at "other work", run it on a quiet machine, and compare ratios.
 */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { VERSION } from '../src/version.ts';
import { Figures, figureTable } from './figure.ts';
import type { Figure } from './figure.ts';
import { compaction, compactionOfAll } from './workloads/compaction.ts';
import { endToEnd } from './workloads/end-to-end.ts';
import { failover } from './workloads/failover.ts';
import { groups } from './workloads/groups.ts';
import { idle } from './workloads/idle.ts';
import { latency } from './workloads/latency.ts';
import { manyPartitions } from './workloads/many-partitions.ts';
import { start } from './workloads/start.ts';
import { stream100, stream1024 } from './workloads/stream.ts';
import { transactions } from './workloads/transactions.ts';
import type { Workload } from './workloads/workload.ts';

const WORKLOADS: readonly Workload[] = [
  start,
  idle,
  latency,
  stream1024,
  stream100,
  endToEnd,
  manyPartitions,
  failover,
  compaction,
  compactionOfAll,
  groups,
  transactions,
];
const FLUSHES = ['always', 'os'] as const;

interface Arguments {
  readonly workloads: readonly Workload[];
  readonly flushes: readonly string[];
  readonly quick: boolean;
  readonly json: boolean;
}

/** The arguments, or what is wrong with them. */
function readArguments(args: readonly string[]): Arguments | string {
  const flushAt = args.indexOf('--flush');
  const flush = flushAt === -1 ? undefined : args[flushAt + 1];
  if (flushAt !== -1 && !['always', 'os', 'interval'].includes(flush ?? ''))
    return '--flush wants always, os or interval';
  const names = args.filter(
    (argument, index) => !argument.startsWith('--') && (flushAt === -1 || index !== flushAt + 1),
  );
  const unknown = names.find((name) => WORKLOADS.every((workload) => workload.name !== name));
  if (unknown !== undefined)
    return `no workload ${unknown}; there are:\n${WORKLOADS.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}`;
  return {
    workloads: names.length === 0 ? WORKLOADS : WORKLOADS.filter(({ name }) => names.includes(name)),
    flushes: flush === undefined ? FLUSHES : [flush],
    quick: args.includes('--quick'),
    json: args.includes('--json'),
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function settingOf({ quick }: Arguments): Readonly<Record<string, unknown>> {
  const [cpu] = cpus();
  return {
    flotilla: VERSION,
    commit: commit(),
    node: process.version,
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    quick,
    at: new Date().toISOString(),
  };
}

async function main(): Promise<number> {
  const read = readArguments(process.argv.slice(2));
  if (typeof read === 'string') {
    console.error(read);
    return 64;
  }
  const print = (value: unknown): void => console.log(JSON.stringify(value));
  const setting = settingOf(read);
  if (read.json) print(setting);
  else
    console.log(
      Object.entries(setting)
        .map(([name, value]) => `${name}: ${String(value)}`)
        .join('  '),
    );
  const all: Figure[] = [];
  for (const workload of read.workloads) {
    for (const flush of read.flushes) {
      console.error(`${workload.name} (${workload.about}), flush=${flush}`);
      const figures = new Figures(workload.name, flush, (figure) => {
        if (read.json) print(figure);
        else console.error(`  ${figure.what}: ${figure.value} ${figure.unit}`);
      });
      await workload.run(flush, figures, { quick: read.quick });
      all.push(...figures.all);
    }
  }
  if (!read.json) console.log(`\n${figureTable(all)}`);
  return 0;
}

process.exitCode = await main();
