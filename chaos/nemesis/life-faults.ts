/**
 * What processes go through besides dying at once: they die at a chosen step, again and again, without handles or memory, with
 * another configuration, or while somebody else has their name.
 *
 * | fault            | what happens                                                                                        |
 * |------------------|-----------------------------------------------------------------------------------------------------|
 * | kill-at-event    | dies at the n-th event, timer or write to a connection                                              |
 * | kill-in-rename   | dies in the middle of giving a file its name: a snapshot, a checkpoint, a segment                   |
 * | power-at-disk    | its power fails at the n-th disk operation                                                          |
 * | kill-in-shutdown | is told to stop, and dies on the way                                                                |
 * | crash-loop       | dies soon after each start, several times                                                           |
 * | out-of-memory    | ends itself                                                                                         |
 * | no-handles       | can open and accept nothing for a while                                                             |
 * | hammer           | is stopped and goes on, again and again, for as long as an election takes                           |
 * | reconfigure      | comes back with other sizes and times                                                               |
 * | replace-disk     | comes back on an empty disk                                                                         |
 * | twin             | a second process has its id, on an empty disk: they end each other                                  |
 */
import type { Random } from '../../raft/index.ts';
import type { DiskOperation } from '../sim/index.ts';
import { allWhole, duration, pick, running } from './harm.ts';
import type { FaultContext } from './harm.ts';

interface Moment {
  readonly operation: number;
  readonly phase: 'start' | 'done';
  readonly of: 'disk' | 'event' | 'timer' | 'write';
}

/** One step of the next `most`. */
export function drawMoment(random: Random, most: number): Moment {
  const of = pick(random, ['disk', 'disk', 'event', 'timer', 'write'] as const) ?? 'disk';
  return { operation: 1 + random.below(most), phase: drawPhase(random), of };
}

function drawPhase(random: Random): 'start' | 'done' {
  return random.below(2) === 0 ? 'start' : 'done';
}

function killAtEvent({ cluster, random, act, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null) return;
  const of = pick(random, ['event', 'timer', 'write'] as const) ?? 'event';
  const operation = 1 + Math.floor(duration(random, 0, 200));
  if (act({ kind: 'kill-at', node, operation, phase: drawPhase(random), of }))
    restart(node, duration(random, 500, 4000));
}

function killInRename({ cluster, random, act, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  const name = pick<DiskOperation>(random, ['rename', 'rename', 'syncDirectory', 'removeFile', 'truncate']);
  if (node === null || name === null) return;
  if (act({ kind: 'kill-at', node, operation: 1 + random.below(3), phase: drawPhase(random), name }))
    restart(node, duration(random, 500, 4000));
}

function powerAtDisk({ cluster, random, budget, act, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !budget.mayLosePower(node)) return;
  const operation = 1 + Math.floor(duration(random, 0, 200));
  const mode = pick(random, ['lose-all', 'mixed'] as const) ?? 'mixed';
  if (act({ kind: 'kill-at', node, operation, phase: drawPhase(random), mode }))
    restart(node, duration(random, 500, 4000));
}

function killInShutdown({ cluster, random, act, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !act({ kind: 'stop', node })) return;
  act({ kind: 'kill-at', node, ...drawMoment(random, 100) });
  restart(node, duration(random, 500, 4000));
}

function crashLoop({ cluster, random, act, later, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !act({ kind: 'kill', node })) return;
  let at = 0;
  for (let left = 2 + random.below(5); left > 0; left -= 1) {
    at += duration(random, 50, 700);
    later(at, () => {
      if (cluster.machine(node).running) act({ kind: 'kill', node });
      act({ kind: 'kill-at', node, ...drawMoment(random, 400) });
      act({ kind: 'start', node });
    });
  }
  restart(node, at + duration(random, 100, 2000));
}

function outOfMemory({ cluster, random, act }: FaultContext): void {
  const node = pick(random, running(cluster));
  // Whoever supervises it starts it again.
  if (node !== null) act({ kind: 'exit', node });
}

/** Files that it cannot open may take replicas offline, which are then made anew. */
function noHandles({ cluster, random, budget, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !budget.maySpoil(node) || !act({ kind: 'handles', node, on: true })) return;
  later(duration(random, 100, 5000), () => act({ kind: 'handles', node, on: false }));
}

function hammer({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null) return;
  const [stands, goes] = [duration(random, 10, 1500), duration(random, 10, 500)];
  for (let round = 0; round < 2 + random.below(6); round += 1) {
    later(round * (stands + goes), () => {
      if (cluster.machine(node).running) act({ kind: 'pause', node });
    });
    later(round * (stands + goes) + stands, () => act({ kind: 'resume', node }));
  }
}

/** What may differ between the nodes of a cluster, and between two lives of a node. */
function drawSettings(random: Random): readonly string[] {
  const all = [
    `tail.max.bytes=${pick(random, [0, 65_536, 4_194_304]) ?? 0}`,
    `journal.file.bytes=${pick(random, [65_536, 262_144, 1_048_576]) ?? 65_536}`,
    `checkpoint.bytes=${pick(random, [1_048_576, 4_194_304]) ?? 1_048_576}`,
    `open.files.max=${pick(random, [16, 1000]) ?? 16}`,
    `replica.append.max.bytes=${pick(random, [65_536, 1_048_576]) ?? 65_536}`,
    `replica.lag.time.max.ms=${pick(random, [2000, 30_000]) ?? 2000}`,
    `metadata.snapshot.bytes=${pick(random, [4096, 1_048_576]) ?? 4096}`,
    `log.segment.bytes=${pick(random, [1_048_576, 1_073_741_824]) ?? 1_048_576}`,
    `peer.heartbeat.ms=${pick(random, [100, 200, 300]) ?? 200}`,
    ...(pick(random, [[], ['election.timeout.min.ms=900', 'election.timeout.max.ms=2000']]) ?? []),
  ];
  return all.filter(() => random.below(2) === 0);
}

function reconfigure({ cluster, random, act, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !act({ kind: 'configure', node, settings: drawSettings(random) })) return;
  if (random.below(2) === 0) act({ kind: 'stop', node });
  else if (act({ kind: 'kill', node })) restart(node, duration(random, 20, 2000));
}

function replaceDisk({ cluster, random, budget, act, restart }: FaultContext): void {
  const node = allWhole(cluster) ? pick(random, running(cluster)) : null;
  if (node === null || !budget.mayWipe(node) || !act({ kind: 'kill', node })) return;
  act({ kind: 'wipe', node });
  restart(node, duration(random, 20, 3000));
}

/** Whoever has registered last lives, and holds only what it has copied. */
function twin({ cluster, random, budget, act, later }: FaultContext): void {
  const node = allWhole(cluster) ? pick(random, running(cluster)) : null;
  if (node === null || !budget.maySpoil(node, () => cluster.twin(node).running)) return;
  if (!act({ kind: 'twin', node })) return;
  for (let at = duration(random, 200, 2000); random.below(4) > 0; at += duration(random, 200, 2000))
    later(at, () => act({ kind: 'twin', node }));
  later(duration(random, 500, 8000), () => act({ kind: 'end-twin', node }));
}

export const LIFE_FAULTS = {
  'kill-at-event': killAtEvent,
  'kill-in-rename': killInRename,
  'power-at-disk': powerAtDisk,
  'kill-in-shutdown': killInShutdown,
  'crash-loop': crashLoop,
  'out-of-memory': outOfMemory,
  'no-handles': noHandles,
  hammer,
  reconfigure,
  'replace-disk': replaceDisk,
  twin,
} as const;
