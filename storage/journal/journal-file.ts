/**
 * The files of the journal: made ahead of need, filled one after the other, used again once the checkpoint has passed them.
 *
 * ```
 *  spare ──next──▶ active ──no room──▶ full ──recycle──▶ spare
 *
 *  file: magic u32 'FLJF' | version u32 | salt u32 | crc u32 | records…
 * ```
 * A file's first bytes are written with zeros when it is made, so that they need no space later; beyond them it may grow.
 * It is synced, and its name too, before its first record: else a crash could take records that were synced with it.
 */
import { assert } from '../../raft/index.ts';
import type { Disk, DiskFile } from '../disk.ts';
import { checksum } from '../segment/batch-header.ts';

export const JOURNAL_HEADER_BYTES = 16;
const FILE_MAGIC = 0x464c4a46;
const FILE_VERSION = 1;
/** Reserved when a file is made; the rest of it is taken when it is needed. */
const RESERVED_BYTES = 4 * 1024 * 1024;
const ZEROS_BYTES = 1024 * 1024;

export interface JournalFile {
  readonly file: DiskFile;
  readonly path: string;
  /** The last sequence written to it in its present generation; 0: none. */
  lastSequence: number;
}

/** The salt that a journal file names; null when the bytes do not begin one. For tools: the store knows its own. */
export function saltOfJournal(bytes: Buffer): number | null {
  if (bytes.length < JOURNAL_HEADER_BYTES || bytes.readUInt32BE(0) !== FILE_MAGIC) return null;
  if (bytes.readUInt32BE(4) !== FILE_VERSION || checksum(bytes.subarray(0, 12)) !== bytes.readUInt32BE(12)) return null;
  return bytes.readUInt32BE(8);
}

/** Whether a file of this name belongs to the journal. */
export function isJournalName(name: string): boolean {
  return /^\d{8}\.journal$/.test(name);
}

/** The directory `journal/` of a store. */
export class JournalFiles {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #salt: number;
  readonly #fileBytes: number;
  readonly #spares: JournalFile[] = [];
  readonly #full: JournalFile[] = [];
  #active: JournalFile | null = null;
  #lastNumber = 0;
  #making: Promise<void> | null = null;

  constructor(disk: Disk, directory: string, salt: number, fileBytes: number) {
    this.#disk = disk;
    this.#directory = directory;
    this.#salt = salt;
    this.#fileBytes = fileBytes;
  }

  get active(): JournalFile | null {
    return this.#active;
  }

  get hasSpare(): boolean {
    return this.#spares.length > 0;
  }

  /**
   * Takes the files that are there, whose records must all be covered by the checkpoint. A process that was killed may
   * have made one without syncing its name, or without its header: both are done again.
   */
  async adopt(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#disk.syncDirectory(this.#directory);
    for (const name of names) {
      assert(isJournalName(name), () => `${name} is no journal file`);
      const path = `${this.#directory}/${name}`;
      this.#lastNumber = Math.max(this.#lastNumber, Number(name.slice(0, 8)));
      const file = await this.#disk.open(path, 'write');
      await file.write([this.#header()], 0);
      this.#spares.push({ file, path, lastSequence: 0 });
    }
  }

  /** Makes a spare file when there is none. Rejects with the disk's error. */
  prepare(): Promise<void> {
    if (this.hasSpare) return Promise.resolve();
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  /** Makes a spare the active file; null when there is none. The former one is kept until it is recycled. */
  next(): JournalFile | null {
    const spare = this.#spares.shift();
    if (spare === undefined) return null;
    if (this.#active !== null) this.#full.push(this.#active);
    spare.lastSequence = 0;
    this.#active = spare;
    return spare;
  }

  /** All sequences up to `through` are covered: full files that hold nothing else can be used again. */
  recycle(through: number): void {
    for (const file of [...this.#full]) {
      if (file.lastSequence > through) continue;
      this.#full.splice(this.#full.indexOf(file), 1);
      this.#spares.push(file);
    }
  }

  async close(): Promise<void> {
    if (this.#making !== null) await this.#making.catch(() => undefined);
    const files = [...this.#spares, ...this.#full, ...(this.#active === null ? [] : [this.#active])];
    this.#spares.length = 0;
    this.#full.length = 0;
    this.#active = null;
    for (const { file } of files) await file.close();
  }

  async #make(): Promise<void> {
    this.#lastNumber += 1;
    const path = `${this.#directory}/${String(this.#lastNumber).padStart(8, '0')}.journal`;
    const file = await this.#disk.open(path, 'create');
    const reserved = Math.min(RESERVED_BYTES, this.#fileBytes);
    const zeros = Buffer.alloc(Math.min(ZEROS_BYTES, reserved));
    try {
      for (let at = 0; at < reserved; at += zeros.length) {
        await file.write([zeros.subarray(0, Math.min(zeros.length, reserved - at))], at);
      }
      await file.write([this.#header()], 0);
      await file.datasync();
      await this.#disk.syncDirectory(this.#directory);
    } catch (error) {
      this.#lastNumber -= 1;
      await file.close();
      throw error;
    }
    this.#spares.push({ file, path, lastSequence: 0 });
  }

  #header(): Buffer {
    const header = Buffer.alloc(JOURNAL_HEADER_BYTES);
    header.writeUInt32BE(FILE_MAGIC, 0);
    header.writeUInt32BE(FILE_VERSION, 4);
    header.writeUInt32BE(this.#salt, 8);
    header.writeUInt32BE(checksum(header.subarray(0, 12)), 12);
    return header;
  }
}
