/** A disk of one file in memory, to read from: what `flotilla log dump` needs. */
import type { DumpDisk } from '../src/log-dump/index.ts';
import { DiskError } from '../storage/index.ts';
import { Wrong } from './target.ts';

export function memoryDisk(only: string, bytes: Buffer): DumpDisk {
  const unused = (): never => {
    throw new Wrong('a dump only reads');
  };
  return {
    exists: (path) => Promise.resolve(path === only),
    open: (path) => {
      if (path !== only) return Promise.reject(new DiskError('missing', path, `${path} is missing`));
      return Promise.resolve({
        path,
        read: (target, position) => Promise.resolve(bytes.copy(target, 0, position)),
        size: () => Promise.resolve(bytes.length),
        close: () => Promise.resolve(),
        write: unused,
        datasync: unused,
        truncate: unused,
      });
    },
  };
}
