/**
 * What can happen in a random schedule: a name and two numbers, taken modulo whatever they choose from, so that
 * schedules shrink.
 */
export const ACTIONS = [
  'run',
  'run-lossy',
  'propose',
  'deliver',
  'drop',
  'duplicate',
  'flush',
  'crash',
  'crash-lossy',
  'restart',
  'cut',
  'heal',
  'reconnect',
  'suspect',
  'transfer',
  'read',
  'add-voter',
  'remove-voter',
  'snapshot',
  'resign',
  'publish',
  'alter',
  'fence',
  'move-leader',
  'isolate',
  'lag',
] as const;

export interface Action {
  readonly kind: (typeof ACTIONS)[number];
  readonly a: number;
  readonly b: number;
}
