/**
 * Faults of clocks: a node's wall clock jumps, and its time runs fast or slow. Nothing that decides safety may depend on them.
 *
 * A round's jumps stay below the day after which producers that were silent are forgotten (`producer.id.expiration.ms`): the
 * users' promise of exactly once ends there.
 */
import { duration, pick } from './fault-context.ts';
import type { LiveFault, LiveFaultContext } from './fault-context.ts';
import { pass } from './live-home.ts';
import type { ClockFaultState } from './steered-clock.ts';

const SECOND = 1000;
const MOST = 20 * 3600 * SECOND;

/** A clock that is wrong for a while. */
async function steered(context: LiveFaultContext, kind: string, faults: Partial<ClockFaultState>): Promise<void> {
  const { cluster, random, note } = context;
  const node = pick(random, cluster.running());
  if (node === null || !cluster.hasPower) return;
  const milliseconds = duration(random, 100, 5000);
  note(kind, `node ${node} ${JSON.stringify(faults)} for ${milliseconds} ms`);
  cluster.steerClock(node, faults);
  await pass(milliseconds);
  cluster.soundClocks();
}

export const CLOCK_FAULTS = {
  'clock-jump': async (context) => {
    // From one second on, either way, small and large ones equally often.
    const size = Math.round(SECOND * (MOST / SECOND) ** context.random.fraction());
    await steered(context, 'clock-jump', { wallOffset: context.random.below(2) === 0 ? size : -size });
  },
  'clock-rate': async (context) => steered(context, 'clock-rate', { rate: 0.5 + context.random.fraction() }),
} as const satisfies Readonly<Record<string, LiveFault>>;
