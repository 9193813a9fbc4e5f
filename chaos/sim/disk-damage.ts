/**
 * Damage at rest: what disks, controllers and careless people do to files while no process runs. In the cache and on the
 * platter alike, as if it had always been so.
 *
 *   overwrite   zeros, junk, or what belongs elsewhere (a misdirected write)     revert   what was there once (a lost write)
 *   remove, copy, swap   whole files; a copy may replace another
 */
import { assert } from '../../raft/index.ts';
import type { SimFile } from './disk-tree.ts';
import { durableFile } from './sim-disk.ts';
import type { SimDisk } from './sim-disk.ts';

export function overwriteAtRest(disk: SimDisk, path: string, at: number, bytes: Uint8Array): void {
  fileAt(disk, path).damage((image) => image.write(at, bytes));
  disk.recount();
}

/**
 * `length` bytes from `at` are again as when the disk was told to {@link SimDisk.remember}, as far as there were any. False:
 * there was no such file then, or it had the same bytes there.
 */
export function revertAtRest(disk: SimDisk, path: string, at: number, length: number): boolean {
  const old = disk.remembered === null ? null : durableFile(disk.remembered, path);
  const bytes = old?.durable.copy().subarray(at, at + length) ?? new Uint8Array(0);
  const now = disk.cachedBytes(path)?.subarray(at, at + bytes.length);
  if (bytes.length === 0 || now === undefined || Buffer.compare(bytes, now) === 0) return false;
  overwriteAtRest(disk, path, at, bytes);
  return true;
}

export function removeAtRest(disk: SimDisk, path: string): void {
  fileAt(disk, path);
  const { directory, name } = disk.parent(path);
  directory.damage(name, null);
  disk.recount();
}

/** A directory with all below it, key-value stores too. False: there is none. */
export function removeTreeAtRest(disk: SimDisk, path: string): boolean {
  if (disk.find(path)?.kind !== 'directory') return false;
  disk.damages += 1;
  const { directory, name } = disk.parent(path);
  directory.damage(name, null);
  disk.recount();
  return true;
}

/** `to` becomes a copy of `from`; its directory must exist. */
export function copyAtRest(disk: SimDisk, from: string, to: string): void {
  disk.damages += 1;
  const copy = disk.newFile();
  copy.damage((image) => image.write(0, disk.cachedBytes(from) ?? new Uint8Array(0)));
  const { directory, name } = disk.parent(to);
  directory.damage(name, copy);
  disk.recount();
}

/** The two files change their names. */
export function swapAtRest(disk: SimDisk, left: string, right: string): void {
  const [one, other] = [fileAt(disk, left), fileAt(disk, right)];
  const [here, there] = [disk.parent(left), disk.parent(right)];
  here.directory.damage(here.name, other);
  there.directory.damage(there.name, one);
}

/** The sectors that hold these bytes cannot be read until they are written again. */
export function spoilSectors(disk: SimDisk, path: string, at: number, length: number): void {
  fileAt(disk, path).unreadable = { from: at, to: at + length };
}

function fileAt(disk: SimDisk, path: string): SimFile {
  disk.damages += 1;
  const node = disk.find(path);
  assert(node?.kind === 'file', () => `no file ${path}`);
  return node;
}
