/**
 * What is done to the content of disks, mostly while no process runs on their machine: in the cache and on the platter.
 *
 *   flip-bit      one bit                             cut-file       the file ends at `size`
 *   zero-bytes    a page of zeros                     copy-bytes     a misdirected write: what belongs elsewhere is here
 *   revert-bytes  a lost write: as it was at `remember-disk`
 *   delete-file   swap-files   copy-file (may replace)               bad-sector     cannot be read until it is written (in use, too)
 *   damage-store  the key-value store refuses to be opened           delete-tree    a directory with all below it
 *   remember-disk a copy of all that is durable (at any time)        restore-disk   that copy in place of everything
 */
import {
  copyAtRest,
  overwriteAtRest,
  removeAtRest,
  removeTreeAtRest,
  revertAtRest,
  spoilSectors,
  swapAtRest,
} from '../sim/index.ts';
import type { Machine } from '../sim/index.ts';
import { onMachine } from './act.ts';
import type { Act, OnNode } from './act.ts';

export interface OnFile extends OnNode {
  readonly path: string;
}

export interface FlipBit extends OnFile {
  /** From the file's beginning. */
  readonly bit: number;
}

export interface CutFile extends OnFile {
  readonly size: number;
}

/** Bytes of a file. */
export interface OnBytes extends OnFile {
  /** Position of the first. */
  readonly from: number;
  readonly length: number;
}

export interface CopyBytes extends OnBytes {
  /** Where they come from. */
  readonly source: string;
  readonly sourceFrom: number;
}

export interface OnTwoFiles extends OnFile {
  readonly to: string;
}

/** The machine must be down, and the file long enough for what is done to it at `end`. */
function atRest<Arguments extends OnFile>(
  act: (machine: Machine, what: Arguments) => string | void,
  end: (what: Arguments) => number,
): Act<Arguments> {
  return onMachine<Arguments>((machine, what) => {
    const size = machine.disk.cachedBytes(what.path)?.length ?? null;
    if (machine.running) return `${machine.name} runs`;
    if (size === null) return `${machine.name} has no ${what.path}`;
    if (end(what) > size) return `${what.path} of ${machine.name} has only ${size} bytes`;
    return act(machine, what);
  });
}

/** As {@link atRest}, for something else than a file. */
function whileDown<Arguments extends OnNode>(
  act: (machine: Machine, what: Arguments) => string | void,
): Act<Arguments> {
  return onMachine<Arguments>((machine, what) => (machine.running ? `${machine.name} runs` : act(machine, what)));
}

const bytesEnd = ({ from, length }: OnBytes): number => from + length;
const anySize = (): number => 0;

function copyBytes({ name, disk }: Machine, { path, from, length, source, sourceFrom }: CopyBytes): string | void {
  const there = disk.cachedBytes(source);
  if (there === null || sourceFrom + length > there.length) return `${source} of ${name} has not so many bytes`;
  return overwriteAtRest(disk, path, from, there.subarray(sourceFrom, sourceFrom + length));
}

export const DAMAGE_DECISIONS = {
  'flip-bit': atRest<FlipBit>(
    ({ disk }, { path, bit }) => disk.flipBit(path, bit),
    ({ bit }) => Math.floor(bit / 8) + 1,
  ),
  'cut-file': atRest<CutFile>(
    ({ disk }, { path, size }) => disk.truncateAtRest(path, size),
    ({ size }) => size,
  ),
  'zero-bytes': atRest<OnBytes>(
    ({ disk }, { path, from, length }) => overwriteAtRest(disk, path, from, new Uint8Array(length)),
    bytesEnd,
  ),
  'copy-bytes': atRest<CopyBytes>(copyBytes, bytesEnd),
  'revert-bytes': atRest<OnBytes>(
    ({ disk }, { path, from, length }) =>
      revertAtRest(disk, path, from, length) ? undefined : `${path} was not other than it is`,
    bytesEnd,
  ),
  'bad-sector': onMachine<OnBytes>(({ name, disk }, { path, from, length }) =>
    disk.cachedBytes(path) === null ? `${name} has no ${path}` : spoilSectors(disk, path, from, length),
  ),
  'delete-file': atRest<OnFile>(({ disk }, { path }) => removeAtRest(disk, path), anySize),
  'copy-file': atRest<OnTwoFiles>(({ disk }, { path, to }) => copyAtRest(disk, path, to), anySize),
  'swap-files': atRest<OnTwoFiles>(
    ({ name, disk }, { path, to }) =>
      disk.cachedBytes(to) === null ? `${name} has no ${to}` : swapAtRest(disk, path, to),
    anySize,
  ),
  'delete-tree': whileDown<OnFile>(({ name, disk }, { path }) =>
    removeTreeAtRest(disk, path) ? undefined : `${name} has no ${path}`,
  ),
  'damage-store': whileDown<OnFile>((machine, { path }) =>
    machine.damageStore(path) ? undefined : `${machine.name} has no store ${path}`,
  ),
  'remember-disk': onMachine<OnNode>(({ disk }) => disk.remember()),
  'restore-disk': whileDown<OnNode>(({ name, disk }) => {
    if (disk.remembered === null) return `${name} remembers nothing`;
    return disk.restore(disk.remembered);
  }),
} as const satisfies Readonly<Record<string, Act<never>>>;
