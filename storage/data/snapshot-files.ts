/**
 * Snapshots of the metadata state machine: files beside the metadata log, the newest wins.
 *
 * ```
 *  <end>-<term>.snapshot:  state bytes | footer JSON {version, end, term, bytes, voters, crc of state}
 *                           | footer bytes u32 | footer crc u32 | magic u32
 *  <end>-<term>.part:      the state bytes received so far; begun anew after a restart
 * ```
 * The footer is last, so a file that was not written whole has none. A snapshot counts when file and name are durable.
 */
import { assert, byteCount, METADATA_GROUP, offset, term } from '../../raft/index.ts';
import type { Offset, SnapshotMeta, Term } from '../../raft/index.ts';
import type { Disk } from '../disk.ts';
import { asBuffer } from '../int64.ts';
import { isJsonObject, isVoters, isWhole, readJson } from '../json.ts';
import { checksum } from '../segment/batch-header.ts';
import { DamageError } from '../segment/damage.ts';
import { removeIfThere } from '../segment/segment-index.ts';
import type { SnapshotStore } from '../store.ts';

const TRAILER_BYTES = 12;
const SNAPSHOT_MAGIC = 0x464c5353;

interface Found {
  readonly meta: SnapshotMeta;
  readonly path: string;
}

interface Receiving {
  readonly meta: SnapshotMeta;
  readonly path: string;
  position: number;
  crc: number;
}

/** One per store; call `load` first. */
export class SnapshotFiles implements SnapshotStore {
  readonly #disk: Disk;
  readonly #directory: string;
  #newest: Found | null = null;
  #receiving: Receiving | null = null;
  #isMade = false;
  /** One writer at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Finds what is there; answers the damage when the newest snapshot does not check. Rejects with the disk's error. */
  async load(): Promise<DamageError | null> {
    if (!(await this.#disk.exists(this.#directory))) return null;
    const names = (await this.#disk.list(this.#directory)).map((entry) => entry.name);
    for (const name of names.filter((other) => /\.(part|tmp)$/.test(other) && /^\d{20}-/.test(other))) {
      await removeIfThere(this.#disk, `${this.#directory}/${name}`);
    }
    const newest = names.filter((name) => /^\d{20}-\d{10}\.snapshot$/.test(name)).at(-1);
    if (newest === undefined) return null;
    const path = `${this.#directory}/${newest}`;
    const bytes = asBuffer(await this.#disk.readFile(path));
    const meta = decodeSnapshot(bytes);
    if (typeof meta === 'string') return new DamageError(path, null, meta);
    // A killed process may not have come to it; a log that is cut because of this snapshot must not outlive its name.
    await this.#disk.syncDirectory(this.#directory);
    this.#newest = { meta, path };
    return null;
  }

  newest(): SnapshotMeta | null {
    return this.#newest?.meta ?? null;
  }

  write(
    last: { readonly end: Offset; readonly term: Term },
    voters: SnapshotMeta['voters'],
    state: Uint8Array,
  ): Promise<SnapshotMeta> {
    const meta: SnapshotMeta = { last, voters, bytes: byteCount(state.length) };
    return this.#serially(async () => {
      await this.#makeDirectory();
      const path = this.#path(meta, 'tmp');
      const file = await this.#disk.open(path, 'create');
      try {
        await file.truncate(0);
        await file.write([state, encodeFooter(meta, checksum(state))], 0);
        await file.datasync();
      } finally {
        await file.close();
      }
      await this.#adopt(meta, path);
      return meta;
    });
  }

  async read(meta: SnapshotMeta, position: number, bytesMax: number): Promise<Uint8Array> {
    const path = this.#path(meta, 'snapshot');
    const file = await this.#disk.open(path, 'read');
    try {
      const target = Buffer.alloc(Math.max(0, Math.min(bytesMax, meta.bytes - position)));
      const got = await file.read(target, position);
      if (got < target.length) throw new DamageError(path, position + got, 'the snapshot ends here');
      return target;
    } finally {
      await file.close();
    }
  }

  receive(meta: SnapshotMeta, position: number, chunk: Uint8Array): Promise<number> {
    return this.#serially(async () => {
      if (this.#newest !== null && this.#newest.meta.last.end >= meta.last.end) return meta.bytes;
      if (this.#receiving === null || !isSame(this.#receiving.meta, meta)) {
        if (position !== 0) return 0;
        await this.#makeDirectory();
        this.#receiving = { meta, path: this.#path(meta, 'part'), position: 0, crc: 0 };
      }
      const receiving = this.#receiving;
      if (position !== receiving.position) return receiving.position;
      await this.#write(receiving, chunk);
      if (receiving.position < meta.bytes) return receiving.position;
      await this.#adopt(meta, receiving.path);
      this.#receiving = null;
      return meta.bytes;
    });
  }

  async #makeDirectory(): Promise<void> {
    if (this.#isMade) return;
    // Synced even if it is there: a killed process may not have come to it.
    await this.#disk.makeDirectory(this.#directory);
    this.#isMade = true;
    await this.#disk.syncDirectory(this.#directory.slice(0, this.#directory.lastIndexOf('/')));
  }

  async #write(receiving: Receiving, chunk: Uint8Array): Promise<void> {
    const { meta, position } = receiving;
    assert(
      position + chunk.length <= meta.bytes,
      () => `a chunk of ${chunk.length} bytes at ${position} is beyond the snapshot's ${meta.bytes}`,
    );
    const file = await this.#disk.open(receiving.path, 'create');
    try {
      if (position === 0) await file.truncate(0);
      if (chunk.length > 0) await file.write([chunk], position);
      const crc = checksum(chunk, receiving.crc);
      if (position + chunk.length === meta.bytes) {
        await file.write([encodeFooter(meta, crc)], meta.bytes);
        await file.datasync();
      }
      receiving.position += chunk.length;
      receiving.crc = crc;
    } finally {
      await file.close();
    }
  }

  /** Gives the synced file at `from` its name, durably, and drops the older ones. */
  async #adopt(meta: SnapshotMeta, from: string): Promise<void> {
    const path = this.#path(meta, 'snapshot');
    await this.#disk.rename(from, path);
    await this.#disk.syncDirectory(this.#directory);
    this.#newest = { meta, path };
    for (const { name } of await this.#disk.list(this.#directory)) {
      if (!/^\d{20}-\d{10}\.snapshot$/.test(name) || `${this.#directory}/${name}` >= path) continue;
      await removeIfThere(this.#disk, `${this.#directory}/${name}`);
    }
  }

  async #serially<T>(action: () => Promise<T>): Promise<T> {
    const before = this.#last;
    const run = before.then(action, action);
    this.#last = run;
    return run;
  }

  #path(meta: SnapshotMeta, kind: 'snapshot' | 'part' | 'tmp'): string {
    return `${this.#directory}/${String(meta.last.end).padStart(20, '0')}-${String(meta.last.term).padStart(10, '0')}.${kind}`;
  }
}

/** Directory of the metadata log and its snapshots, below `logs/`. */
export function snapshotDirectory(logs: string): string {
  return `${logs}/@${METADATA_GROUP}`;
}

function isSame(left: SnapshotMeta, right: SnapshotMeta): boolean {
  return left.last.end === right.last.end && left.last.term === right.last.term && left.bytes === right.bytes;
}

function encodeFooter(meta: SnapshotMeta, crc: number): Buffer {
  const json = { version: 1, end: meta.last.end, term: meta.last.term, bytes: meta.bytes, voters: meta.voters, crc };
  const text = Buffer.from(JSON.stringify(json), 'utf8');
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32BE(text.length, 0);
  trailer.writeUInt32BE(checksum(text), 4);
  trailer.writeUInt32BE(SNAPSHOT_MAGIC, 8);
  return Buffer.concat([text, trailer]);
}

/** What the snapshot file says of itself; a reason when it is not whole and sound. */
export function decodeSnapshot(bytes: Buffer): SnapshotMeta | string {
  const trailerAt = bytes.length - TRAILER_BYTES;
  if (trailerAt < 0 || bytes.readUInt32BE(trailerAt + 8) !== SNAPSHOT_MAGIC) return 'the snapshot has no end';
  const footerAt = trailerAt - bytes.readUInt32BE(trailerAt);
  if (footerAt < 0 || checksum(bytes.subarray(footerAt, trailerAt)) !== bytes.readUInt32BE(trailerAt + 4))
    return 'the snapshot has no sound footer';
  const json = readJson(bytes.subarray(footerAt, trailerAt));
  if (!isJsonObject(json)) return 'the footer of the snapshot is no JSON';
  const [version, end, lastTerm, voters] = [json['version'], json['end'], json['term'], json['voters']];
  if (version !== 1) return `the snapshot has version ${String(version)}, not 1`;
  if (json['bytes'] !== footerAt) return `the snapshot has ${footerAt} bytes, not ${String(json['bytes'])}`;
  if (checksum(bytes.subarray(0, footerAt)) !== json['crc']) return 'the CRC of the snapshot does not match';
  if (!isWhole(end) || !isWhole(lastTerm) || !isVoters(voters))
    return 'the footer of the snapshot is not as it is written';
  return { last: { end: offset(end), term: term(lastTerm) }, voters, bytes: byteCount(footerAt) };
}
