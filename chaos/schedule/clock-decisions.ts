/**
 * What is done to the two clocks of a machine.
 *
 *   rate  the monotonic clock runs so fast (1: true time)     skew  the wall clock is so many milliseconds ahead of true time
 */
import { onMachine } from './act.ts';
import type { Act, OnNode } from './act.ts';

export interface Rate extends OnNode {
  readonly rate: number;
}

export interface Skew extends OnNode {
  readonly milliseconds: number;
}

export const CLOCK_DECISIONS = {
  rate: onMachine<Rate>(({ clock }, { rate }) => clock.setRate(rate)),
  skew: onMachine<Skew>(({ clock }, { milliseconds }) => clock.setWallSkew(milliseconds)),
} as const satisfies Readonly<Record<string, Act<never>>>;
