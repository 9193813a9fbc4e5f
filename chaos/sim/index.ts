/** The simulated world's face. Outsiders import this file only. */
export { World, SimulationError } from './world.ts';
export type { RunLimits, WorldOptions } from './world.ts';
export { Machine } from './machine.ts';
export type { Exit } from './machine.ts';
export { SimNetwork } from './sim-network.ts';
export type { LinkTroubles, NetworkLinks } from './network-links.ts';
export type { CutKind } from './sim-pipe.ts';
export { SimDisk } from './sim-disk.ts';
export type { DiskWatch } from './sim-disk.ts';
export {
  copyAtRest,
  overwriteAtRest,
  removeAtRest,
  removeTreeAtRest,
  revertAtRest,
  spoilSectors,
  swapAtRest,
} from './disk-damage.ts';
export type { DiskFault, DiskOperation, Latency } from './disk-faults.ts';
export type { CrashMode } from './disk-tree.ts';
export { LifeEnded } from './life.ts';
export type { LifeWatch } from './event-queue.ts';
export { Trace } from './trace.ts';
export { TrapError } from './traps.ts';
