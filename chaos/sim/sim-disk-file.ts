/**
 * An open file of the simulated disk. See `sim-disk-port.ts` for when operations take effect.
 */
import { assert } from '../../raft/index.ts';
import { DiskError } from '../../storage/index.ts';
import type { DiskFile, Pending } from '../../storage/index.ts';
import type { SimFile } from './disk-tree.ts';
import { never } from './life.ts';
import type { DiskDesk, DiskWork } from './disk-work.ts';
import { fingerprint, sameBytes } from './trace.ts';

interface Range {
  readonly from: number;
  readonly to: number;
}

export class SimDiskFile implements DiskFile {
  readonly path: string;
  readonly #port: DiskDesk;
  readonly #file: SimFile;
  readonly #writable: boolean;
  readonly #writes = new Set<Range>();
  #closed = false;

  constructor(port: DiskDesk, path: string, file: SimFile, writable: boolean) {
    this.#port = port;
    this.path = path;
    this.#file = file;
    this.#writable = writable;
    port.disk.openFiles += 1;
  }

  write(buffers: readonly Uint8Array[], position: number): Pending {
    const { life, disk } = this.#port;
    if (!life.alive) return never();
    this.#assertOpen();
    assert(this.#writable, () => `${this.path} was opened for reading`);
    assert(Number.isSafeInteger(position) && position >= 0, () => `bad position ${position}`);
    const data = joined(buffers);
    life.note('disk-write', this.#file.id, position);
    life.note('disk-write', data.length, fingerprint(data));
    const range = { from: position, to: position + data.length };
    this.#assertFree(range);
    const work = this.#writeWork(data, position);
    if (
      data.length > disk.smallWriteBytes ||
      (disk.lateWriteOneIn > 0 && disk.chance.below(disk.lateWriteOneIn) === 0)
    ) {
      return this.#writeLater(work, buffers, data, range);
    }
    disk.watch?.('write', 'start', this.path);
    if (!life.alive) return never();
    try {
      this.#port.perform(work);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return Promise.reject(error);
    }
    disk.watch?.('write', 'done', this.path);
    return life.alive ? undefined : never();
  }

  read(target: Uint8Array, position: number): Promise<number> {
    this.#port.life.note('disk-read', this.#file.id, position);
    const apply = (): number => {
      if (this.#file.isUnreadable(position, target.length))
        throw new DiskError('io', this.path, `a sector of ${this.path} cannot be read`);
      return this.#file.cache.read(target, position);
    };
    return this.#run({ operation: 'read', path: this.path, latency: this.#port.disk.latencies.read, apply });
  }

  datasync(): Promise<void> {
    const file = this.#file;
    const { disk, life } = this.#port;
    life.note('disk-datasync', file.id, file.order);
    const order = file.order;
    return this.#run({
      operation: 'datasync',
      path: this.path,
      latency: disk.latencies.sync,
      apply: () => {
        disk.onSync?.(this.path);
        if (disk.syncLies) disk.lies += 1;
        else file.sync(order);
        disk.onSync?.(this.path);
      },
      applyPartly: () => file.sync(Math.floor(order - disk.chance.fraction() * 4)),
      applyFailure: () => file.failSync(disk.chance),
    });
  }

  truncate(size: number): Promise<void> {
    const { disk, life } = this.#port;
    assert(this.#writable, () => `${this.path} was opened for reading`);
    life.note('disk-truncate', this.#file.id, size);
    const apply = (): void => {
      this.#file.resize(size);
      disk.recount();
    };
    return this.#run({ operation: 'truncate', path: this.path, latency: disk.latencies.entry, apply });
  }

  size(): Promise<number> {
    const apply = (): number => this.#file.cache.size;
    return this.#run({ operation: 'size', path: this.path, latency: this.#port.disk.latencies.entry, apply });
  }

  close(): Promise<void> {
    const { disk, life } = this.#port;
    if (!life.alive) return never();
    this.#assertOpen();
    assert(this.#writes.size === 0, () => `${this.path} is closed while a write is in flight`);
    this.#closed = true;
    disk.openFiles -= 1;
    life.note('disk-close', this.#file.id, 0);
    return this.#port.run({
      operation: 'close',
      path: this.path,
      latency: disk.latencies.entry,
      apply: () => undefined,
    });
  }

  #assertOpen(): void {
    assert(!this.#closed, () => `${this.path} is closed`);
  }

  #assertFree(range: Range): void {
    for (const other of this.#writes) {
      assert(
        other.to <= range.from || range.to <= other.from,
        () => `writes of ${this.path} overlap: ${other.from}..${other.to} and ${range.from}..${range.to}`,
      );
    }
  }

  #run<T>(work: DiskWork<T>): Promise<T> {
    if (!this.#port.life.alive) return never();
    this.#assertOpen();
    return this.#port.run(work);
  }

  #writeWork(data: Uint8Array, position: number): DiskWork<void> {
    const put = (length: number): void => {
      if (length === 0) return;
      const before = this.#file.cache.size;
      this.#file.write(position, data.subarray(0, length));
      this.#port.disk.grew(Math.max(0, this.#file.cache.size - before));
    };
    return {
      operation: 'write',
      path: this.path,
      latency: this.#port.disk.latencies.write,
      apply: () => {
        const room = this.#file.cache.size + this.#port.bytesLeft() - position;
        put(Math.min(data.length, Math.max(0, room)));
        if (room >= data.length) return;
        this.#port.disk.refusals += 1;
        throw new DiskError('full', this.path, `no space left for ${this.path}`);
      },
      applyPartly: () => put(this.#port.disk.chance.below(data.length + 1)),
    };
  }

  async #writeLater(
    work: DiskWork<void>,
    buffers: readonly Uint8Array[],
    data: Uint8Array,
    range: Range,
  ): Promise<void> {
    this.#writes.add(range);
    const apply = (): void => {
      assert(sameBytes(buffers, data), () => `a buffer of ${this.path} changed while it was being written`);
      work.apply();
    };
    try {
      await this.#port.run({ ...work, apply });
    } finally {
      this.#writes.delete(range);
    }
  }
}

/** A fresh copy of all buffers, one after the other. */
function joined(buffers: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const buffer of buffers) length += buffer.length;
  // Of the pool: most writes are small, and memory of their own costs more than what is done with them.
  const data = Buffer.allocUnsafe(length);
  let position = 0;
  for (const buffer of buffers) {
    data.set(buffer, position);
    position += buffer.length;
  }
  return data;
}
