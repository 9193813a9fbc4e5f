/**
 * What is done to the two clocks of a machine.
 *
 *   rate    the monotonic clock runs so fast (1: true time)      skew   the wall clock is so many milliseconds ahead of true time
 *   freeze  the monotonic clock stands, and its timers wait      jump   the wall clock is put so many milliseconds forward or back
 *   thaw    it leaps to where it would be                        timers fire up to `early` milliseconds too early, `late` too late
 */
import { onMachine } from './act.ts';
import type { Act, OnNode } from './act.ts';

export interface Rate extends OnNode {
  readonly rate: number;
}

export interface Skew extends OnNode {
  readonly milliseconds: number;
}

export interface Timers extends OnNode {
  readonly early: number;
  readonly late: number;
}

export const CLOCK_DECISIONS = {
  rate: onMachine<Rate>(({ name, clock }, { rate }) =>
    clock.frozen ? `the clock of ${name} stands still` : clock.setRate(rate),
  ),
  skew: onMachine<Skew>(({ clock }, { milliseconds }) => clock.setWallSkew(milliseconds)),
  jump: onMachine<Skew>(({ clock }, { milliseconds }) => clock.setWallSkew(clock.skew + milliseconds)),
  freeze: onMachine<OnNode>(({ clock }) => clock.freeze()),
  thaw: onMachine<OnNode>(({ clock }) => clock.thaw()),
  timers: onMachine<Timers>(({ clock }, { early, late }) => {
    clock.timers = { early, late };
  }),
} as const satisfies Readonly<Record<string, Act<never>>>;
