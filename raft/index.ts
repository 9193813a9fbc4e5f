/** The replication core's face. Outsiders import this file only. */
export { assert, AssertionError, present, unreachable } from './assert.ts';
export * from './ids.ts';
export type { Random } from './random.ts';
