/** The files of a real Kafka log directory as a disk that is read from memory, and what Kafka's own tool says of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { DumpDisk } from '../../src/log-dump/index.ts';
import { DiskError } from '../../storage/index.ts';

interface Line {
  readonly path: string;
  readonly base64: string;
  readonly dump: string | null;
}

const fixture = join(import.meta.dirname, '../fixtures/log-dump/kafka-log-directory.jsonl.gz');
const lines = gunzipSync(readFileSync(fixture))
  .toString('utf8')
  .split('\n')
  .map((line) => JSON.parse(line) as Line);

/** Path → what `DumpLogSegments` prints, without its first line ("Dumping …"). */
export const kafkaDumps: ReadonlyMap<string, readonly string[]> = new Map(
  lines.flatMap(({ path, dump }) => (dump === null ? [] : [[path, dump.trimEnd().split('\n').slice(1)] as const])),
);

/** Fresh bytes of every file. */
export function kafkaFiles(): Map<string, Buffer> {
  return new Map(lines.map(({ path, base64 }) => [path, Buffer.from(base64, 'base64')]));
}

export function diskOf(files: ReadonlyMap<string, Uint8Array>): DumpDisk {
  return {
    exists: (path) => Promise.resolve(files.has(path)),
    open: (path) => {
      const bytes = files.get(path);
      if (bytes === undefined) return Promise.reject(new DiskError('missing', path, `${path} is missing`));
      const unused = (): never => {
        throw new Error('a dump only reads');
      };
      return Promise.resolve({
        path,
        read: (target, position) => {
          const part = bytes.subarray(position, position + target.length);
          target.set(part);
          return Promise.resolve(part.length);
        },
        size: () => Promise.resolve(bytes.length),
        close: () => Promise.resolve(),
        write: unused,
        datasync: unused,
        truncate: unused,
      });
    },
  };
}
