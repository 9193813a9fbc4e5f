/**
 * The assignors that members may ask for, by name (KIP-848). Each is a pure function in a file of its own.
 */
import type { Assignor } from './assignor.ts';
import { assignRange } from './range-assignor.ts';
import { assignUniform } from './uniform-assignor.ts';

/** What a group uses whose members do not ask for another. */
export const UNIFORM = 'uniform';

/** In the order in which clients are told of them. */
export const ASSIGNORS: ReadonlyMap<string, Assignor> = new Map([
  [UNIFORM, assignUniform],
  ['range', assignRange],
]);
