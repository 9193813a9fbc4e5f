/** A process that runs seeds, one after the other, for the one that started it; ends with it. */
import type { FromWorker, Task } from './messages.ts';
import { runSeed } from './seed-run.ts';

const MICROSECONDS = 1e6;

export function coreSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/** Serves until the parent is gone. */
export function serve(): void {
  const say = (message: FromWorker): void => void process.send?.(message);
  // Ctrl-C goes to the whole group: the parent decides when we end.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.on('message', (task: Task) => {
    const onShrinking = (left: number, runs: number): void => say({ kind: 'shrinking', left, runs });
    runSeed({ ...task, now: () => performance.now(), onShrinking }).then(
      (outcome) => say({ kind: 'done', outcome, coreSeconds: coreSeconds() }),
      (error: unknown) => say({ kind: 'broken', reason: error instanceof Error ? (error.stack ?? '') : String(error) }),
    );
  });
}
