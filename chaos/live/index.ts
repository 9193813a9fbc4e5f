/**
 * `flotilla chaos live`: clusters of real processes, real sockets and real disks under faults made in user space, judged by the
 * same history as simulated ones. No root, nothing but Node.
 *
 * ```
 *  run ─▶ round ─▶ round ─▶ … until the minutes are over        each round: a fresh cluster, a workload, a swarm of faults
 * ```
 * Ends with 0: nothing found; 1: a violation, with the directory that was kept; 2: the harness itself failed; 64: bad usage.
 */
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../raft/index.ts';
import { loadKafkajs } from './kafkajs-clients.ts';
import { drawShape, isLiveFault, LIVE_FAULTS } from './live-shape.ts';
import type { LiveFaultName, LiveShape } from './live-shape.ts';
import { nodePrograms } from './node-program.ts';
import { LiveReport } from './report.ts';
import { Round } from './round.ts';

export { LIVE_FAULTS } from './live-shape.ts';
export type { LiveFaultName, LiveShape } from './live-shape.ts';

export interface LiveOptions {
  /** How long faults come, over all rounds; what follows the last heal comes on top. */
  readonly minutes: number;
  readonly seed: string;
  /** 3 to 7. */
  readonly nodes: number;
  readonly output: 'text' | 'json';
  /** Only these; default: each round draws from all. */
  readonly faults?: readonly string[];
  /** Seconds of faults in one round; default 45. */
  readonly roundSeconds?: number;
  /** What is not drawn. */
  readonly shape?: Partial<LiveShape>;
  /** Where lines go. */
  readonly write?: (text: string) => void;
}

const USAGE = 64;
const ROUND_SECONDS = 45;
const NODES_MAX = 7;

/** What is wrong with them, naming what there is; null: nothing. */
export function invalidOptions({ faults, nodes, minutes }: LiveOptions): string | null {
  const unknown = faults?.find((name) => !isLiveFault(name));
  if (unknown !== undefined) return `${unknown} is no fault; there are ${Object.keys(LIVE_FAULTS).join(', ')}`;
  if (!Number.isInteger(nodes) || nodes < 3 || nodes > NODES_MAX)
    return `--nodes is ${nodes}; allowed is 3 to ${NODES_MAX}`;
  return minutes > 0 ? null : `--minutes is ${minutes}; allowed is a number above 0`;
}

/** Runs rounds until the time is over or something was found; resolves to the exit code. */
export async function live(options: LiveOptions): Promise<number> {
  const write = options.write ?? ((text: string): void => void process.stdout.write(text));
  const { faults = null, nodes, minutes, seed } = options;
  const bad = invalidOptions(options);
  if (bad !== null) {
    write(`${bad}\n`);
    return USAGE;
  }
  const report = new LiveReport(options.output, write);
  if ((await loadKafkajs()) === null) report.line('kafkajs is not installed: only our own client');
  const programs = await nodePrograms();
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-live-'));
  let stopped = false;
  let tellStop: () => void = () => undefined;
  const stopping = new Promise<void>((resolve) => {
    tellStop = resolve;
  });
  const stop = (): void => {
    if (!stopped) report.line('stopping');
    stopped = true;
    tellStop();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const random = seededRandom(`live ${seed}`);
    const roundMs = (options.roundSeconds ?? ROUND_SECONDS) * 1000;
    let left = minutes * 60_000;
    for (let round = 1; left > 0 && !stopped && report.sound; round += 1) {
      const chance = random.fork(`round ${round}`);
      const wanted = faults as readonly LiveFaultName[] | null;
      const shape = { ...drawShape(chance, nodes, wanted), ...options.shape };
      const milliseconds = Math.min(left, roundMs);
      left -= milliseconds;
      const place = join(directory, `round-${round}`);
      report.begin(round, shape);
      const result = await Round.run({
        directory: place,
        programs,
        random: chance,
        shape,
        milliseconds,
        tell: (line) => report.detail(line),
        stopped: () => stopped,
        stopping,
      });
      report.end(result, place);
    }
    return report.verdict(`flotilla chaos live --seed ${seed} --nodes ${nodes} --minutes ${minutes}`, stopped);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    // Empty unless something is kept.
    if (report.sound) rmdirSync(directory);
  }
}
