/**
 * Faults of clocks: they run fast or slow, are wrong, jump, stand still, and ring at the wrong time. Nothing that decides safety
 * may depend on them; how long things take may.
 */
import { duration, pick } from './harm.ts';
import type { FaultContext } from './harm.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;

function rateAndSkew({ cluster, random, act }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null) return;
  act({ kind: 'rate', node, rate: 0.95 + 0.1 * random.fraction() });
  act({ kind: 'skew', node, milliseconds: Math.round((random.fraction() - 0.5) * 7_200_000) });
}

/** From one second to one day, either way, as when somebody sets the clock or a time server lies; some jump back later. */
function jump({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null) return;
  const size = Math.round(SECOND * (DAY / SECOND) ** random.fraction());
  const milliseconds = random.below(2) === 0 ? size : -size;
  act({ kind: 'jump', node, milliseconds });
  if (random.below(2) === 0)
    later(duration(random, 50, 3000), () => act({ kind: 'jump', node, milliseconds: -milliseconds }));
}

/** As in a virtual machine that was stopped, except that packets still arrive. */
function freezeThenLeap({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  if (node === null || !act({ kind: 'freeze', node })) return;
  later(duration(random, 20, 8000), () => act({ kind: 'thaw', node }));
}

/** Node's own timers may be early by a millisecond; a busy machine's are late. */
function wrongTimers({ cluster, random, act, later }: FaultContext): void {
  const node = pick(random, cluster.numbers());
  const late = random.below(2) === 0 ? 1 : duration(random, 10, 1000);
  if (node === null || !act({ kind: 'timers', node, early: 1, late })) return;
  later(duration(random, 500, 6000), () => act({ kind: 'timers', node, early: 0, late: 0 }));
}

export const CLOCK_FAULTS = {
  'clock-rate': rateAndSkew,
  'clock-jump': jump,
  'frozen-clock': freezeThenLeap,
  'wrong-timers': wrongTimers,
} as const;
