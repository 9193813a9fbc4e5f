/** What can be told when a run is over: from its decisions, what became of records, and what lies on the disks. */
import type { SimCluster } from '../cluster/index.ts';
import type { History } from '../workload/history.ts';
import type { MarkerName, MarkerSink } from './marker-table.ts';

/** What this needs to know of a decision (`schedule/`). */
interface Deed {
  readonly kind: string;
  readonly mode?: string;
}

export interface EndOfRun {
  readonly cluster: SimCluster;
  readonly history: History;
  readonly group: { readonly generations: number };
}

const DEEDS: Readonly<Record<string, MarkerName>> = {
  'restore-disk': 'disk-restored',
  twin: 'twin-started',
  handles: 'out-of-handles',
  cut: 'cut-at-any-byte',
  forget: 'half-open',
  freeze: 'wall-clock-frozen',
};

const MANY_GENERATIONS = 5;
const TIMED_OUT = /\berror 7\b|REQUEST_TIMED_OUT/;

export function lookAtEnd(
  markers: MarkerSink,
  { cluster, history, group }: EndOfRun,
  decisions: readonly Deed[],
): void {
  for (const { kind, mode } of decisions) {
    if (kind === 'power-loss' && mode === 'lose-all') markers.reach('power-lost-all');
    if (kind === 'power-loss' && mode === 'mixed') markers.reach('power-lost-mixed');
    const name = DEEDS[kind];
    if (name !== undefined) markers.reach(name);
  }
  for (const { outcome } of history.records())
    if (outcome.kind === 'failed' && TIMED_OUT.test(outcome.reason)) markers.reach('timed-out-while-waiting');
  if (history.compacted.expired > 0) markers.reach('tombstone-removed');
  if (history.compacted.holes > 0) markers.reach('hole-followed');
  if (group.generations >= MANY_GENERATIONS) markers.reach('group-rebalanced-often');
  for (const number of cluster.numbers()) lookAtDisk(markers, cluster.machine(number).disk.paths());
}

function lookAtDisk(markers: MarkerSink, paths: readonly string[]): void {
  for (const path of paths) {
    if (path.endsWith('.log') && !path.endsWith('/00000000000000000000.log')) markers.reach('segment-rolled');
    if (path.endsWith('.journal') && !path.endsWith('/00000001.journal')) markers.reach('journal-rolled');
  }
}
