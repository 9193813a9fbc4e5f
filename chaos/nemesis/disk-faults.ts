/** Faults of disks in use: slow, stuck, full, for reading only, failing once or for a while. Damage is in `damage-faults.ts`. */
import type { DiskOperation } from '../sim/index.ts';
import { duration, pick, running } from './harm.ts';
import type { FaultContext } from './harm.ts';

function slowDisk({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null || !act({ kind: 'slow', node, factor: 10 ** (1 + 2 * random.fraction()) })) return;
  later(duration(random, 200, 5000), () => act({ kind: 'slow', node, factor: 1 }));
}

/** Each sync takes up to half a minute, everything else is as usual. */
function slowSync({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null || !act({ kind: 'slow-sync', node, milliseconds: 10 ** (1 + 3.5 * random.fraction()) })) return;
  later(duration(random, 200, 5000), () => act({ kind: 'slow-sync', node, milliseconds: 0 }));
}

function stallDisk({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null || !act({ kind: 'stall', node })) return;
  later(duration(random, 100, 5000), () => act({ kind: 'unstall', node }));
}

/** A sync that does not return, or an operation of another kind. */
function stuckOperation({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  const operation = pick<DiskOperation>(random, ['datasync', 'datasync', 'syncDirectory', 'read', 'open', 'rename']);
  if (node === null || operation === null || !act({ kind: 'stall', node, operation })) return;
  later(duration(random, 100, 8000), () => act({ kind: 'unstall', node }));
}

function failSync({ cluster, random, act }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node !== null) act({ kind: 'fail', node, operation: 'datasync' });
}

const PLACES = ['/data/journal/', '/data/meta', '/logs/@metadata', '/data/logs/', ''] as const;
const FAILING: readonly DiskOperation[] = [
  'open',
  'read',
  'readFile',
  'write',
  'datasync',
  'truncate',
  'size',
  'list',
  'exists',
  'makeDirectory',
  'rename',
  'removeFile',
  'syncDirectory',
  'freeBytes',
];

/** Some operation fails somewhere, a few times. Logs go offline because of it, and are made anew from others. */
function failOperation({ cluster, random, budget, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  const operation = pick(random, FAILING);
  const path = pick(random, PLACES) ?? '';
  if (node === null || operation === null || !budget.maySpoil(node)) return;
  if (!act({ kind: 'fail', node, operation, path, times: 1 + random.below(4) })) return;
  later(duration(random, 500, 4000), () => act({ kind: 'mend', node }));
}

/** As {@link failOperation}, each time until the disk is mended. */
function failForAWhile({ cluster, random, budget, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  const operation = pick(random, FAILING);
  const path = pick(random, PLACES) ?? '';
  if (node === null || operation === null || !budget.maySpoil(node)) return;
  if (!act({ kind: 'fail', node, operation, path, times: null })) return;
  later(duration(random, 200, 3000), () => act({ kind: 'mend', node }));
}

function fillDisk({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !act({ kind: 'room', node, bytes: random.below(4096) })) return;
  later(duration(random, 200, 4000), () => act({ kind: 'room', node, bytes: null }));
}

/** A quota: no room for some operation only, in some place. */
function refuseRoom({ cluster, random, budget, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  const operation = pick<DiskOperation>(random, ['write', 'truncate', 'rename', 'open', 'datasync', 'makeDirectory']);
  const path = pick(random, PLACES) ?? '';
  if (node === null || operation === null || !budget.maySpoil(node)) return;
  if (!act({ kind: 'fail', node, operation, path, error: 'full', times: null })) return;
  later(duration(random, 200, 4000), () => act({ kind: 'mend', node }));
}

/** The file system is mounted anew, for reading only, as after an error; until an operator has looked at it. */
function mountReadOnly({ cluster, random, budget, act, later }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !budget.maySpoil(node) || !act({ kind: 'read-only', node, on: true })) return;
  later(duration(random, 200, 4000), () => act({ kind: 'read-only', node, on: false }));
}

export const DISK_FAULTS = {
  'slow-disk': slowDisk,
  'slow-sync': slowSync,
  'stall-disk': stallDisk,
  'stuck-operation': stuckOperation,
  'failed-sync': failSync,
  'failed-operation': failOperation,
  'failing-disk': failForAWhile,
  'full-disk': fillDisk,
  'no-room': refuseRoom,
  'read-only': mountReadOnly,
} as const;
