/**
 * What is done to processes and the machines under them.
 *
 *   kill        kill -9                              stop     SIGTERM: controlled shutdown
 *   kill-at     kill -9 at the n-th disk operation   start    begins with what is on the disk
 *   power-loss  what was not synced is lost, kept or a mix of both; the machine is off until `start`
 *   pause       SIGSTOP   resume  SIGCONT            wipe     an empty disk in place of the old one
 */
import { onMachine, onRunning } from './act.ts';
import type { Act, OnNode } from './act.ts';
import type { CrashMode } from '../sim/index.ts';

export const PROCESS_DECISIONS = {
  kill: onRunning((cluster, node) => cluster.kill(node)),
  'kill-at': killAt,
  start: (cluster, { node }) => {
    if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
    if (cluster.machine(node).running) return `node ${node} runs already`;
    cluster.launch(node);
    return null;
  },
  stop: onRunning((cluster, node) => void cluster.stop(node)),
  'power-loss': (cluster, { node, mode }) => {
    if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
    cluster.powerLoss(node, mode);
    return null;
  },
  pause: onRunning((cluster, node) => cluster.machine(node).pause()),
  resume: onMachine<OnNode>((machine) => machine.resume()),
  wipe: onMachine<OnNode>((machine) => {
    if (machine.running) return `${machine.name} runs`;
    machine.wipe();
    return undefined;
  }),
} as const satisfies Readonly<Record<string, Act<never>>> & {
  readonly start: Act<OnNode>;
  readonly 'power-loss': Act<OnNode & { readonly mode: CrashMode }>;
};

export interface KillAt extends OnNode {
  /** The n-th from now, from 1; of files and of the key-value store. */
  readonly operation: number;
  /** Before it takes effect, or when it has and nobody knows yet. */
  readonly phase: 'start' | 'done';
}

function killAt(cluster: Parameters<Act<KillAt>>[0], { node, operation, phase }: KillAt): string | null {
  if (!cluster.numbers().includes(node)) return `there is no node ${node}`;
  const { disk } = cluster.machine(node);
  let left = operation;
  disk.watch = (_operation, reached) => {
    if (reached !== phase) return;
    left -= 1;
    if (left > 0) return;
    disk.watch = null;
    cluster.kill(node);
  };
  return null;
}
