/**
 * Faults of which nobody can know: disks that lie, and older copies of directories that vote. Outside of the promise, so only in
 * runs beyond the budget.
 *
 *   lying-sync     syncs that say they are done and are not, until the power fails
 *   restore-voter  the whole directory is that of an earlier life, votes and all
 *   lose-all-disks every disk is replaced at once
 */
import { duration, pick, running } from './harm.ts';
import type { FaultContext } from './harm.ts';

function lyingSync({ cluster, random, act, later, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !act({ kind: 'lie', node, on: true })) return;
  later(duration(random, 200, 4000), () => {
    if (act({ kind: 'power-loss', node, mode: random.below(2) === 0 ? 'lose-all' : 'mixed' }))
      restart(node, duration(random, 20, 2000));
    act({ kind: 'lie', node, on: false });
  });
}

function restoreVoter({ cluster, random, act, later, restart }: FaultContext): void {
  const node = pick(random, running(cluster));
  if (node === null || !act({ kind: 'remember-disk', node })) return;
  later(duration(random, 500, 5000), () => {
    if (!act({ kind: 'kill', node })) return;
    act({ kind: 'restore-disk', node });
    restart(node, duration(random, 20, 2000));
  });
}

function loseAllDisks({ cluster, random, budget, act, restart }: FaultContext): void {
  for (const node of running(cluster)) {
    if (!budget.mayWipe(node) || !act({ kind: 'kill', node })) continue;
    act({ kind: 'wipe', node });
    restart(node, duration(random, 20, 2000));
  }
}

export const DECEIT_FAULTS = {
  'lying-sync': lyingSync,
  'restore-voter': restoreVoter,
  'lose-all-disks': loseAllDisks,
} as const;
