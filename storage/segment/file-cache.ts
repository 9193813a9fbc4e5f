/**
 * The open segment files of a node: a bounded number, the least recently used ones closed first.
 *
 * ```
 *  use ──▶ OpenFile (users + 1) ──release──▶ idle ──too many──▶ [sync when dirty] ──▶ closed
 * ```
 * A dirty file is synced before it is closed: an error of the kernel's write-back is told to an open descriptor
 * only, and must not be lost with it. Such an error is kept and given to the next user of the path.
 */
import { assert } from '../../raft/index.ts';
import type { Disk, DiskFile, OpenMode } from '../disk.ts';

/** An open file and who uses it. */
export class OpenFile {
  readonly file: DiskFile;
  users = 0;
  /** Written since its last sync. */
  dirty = false;
  doomed = false;
  readonly #onIdle: (file: OpenFile) => void;

  constructor(file: DiskFile, onIdle: (file: OpenFile) => void) {
    this.file = file;
    this.#onIdle = onIdle;
  }

  /** Ends one use. The file may be closed from then on. */
  release(): void {
    assert(this.users > 0, () => `${this.file.path} is released more often than used`);
    this.users -= 1;
    if (this.users === 0) this.#onIdle(this);
  }
}

/** One per store. */
export class FileCache {
  readonly #disk: Disk;
  readonly #openMax: number;
  /** In order of use, least recent first. */
  readonly #open = new Map<string, OpenFile>();
  readonly #opening = new Map<string, Promise<OpenFile>>();
  readonly #failed = new Map<string, Error>();

  constructor(disk: Disk, openMax: number) {
    assert(openMax >= 1, 'at least one file must be allowed to be open');
    this.#disk = disk;
    this.#openMax = openMax;
  }

  get openFiles(): number {
    return this.#open.size + this.#opening.size;
  }

  /** The file when it is open already; null otherwise. Counts as a use: release it. */
  tryUse(path: string): OpenFile | null {
    const found = this.#open.get(path);
    if (found === undefined) return null;
    this.#open.delete(path);
    this.#open.set(path, found);
    found.users += 1;
    return found;
  }

  /** Opens the file (or finds it open); release it. Rejects with the disk's error, or with one that was kept for this path. */
  async use(path: string, mode: OpenMode): Promise<OpenFile> {
    const failed = this.#failed.get(path);
    if (failed !== undefined) throw failed;
    const found = this.tryUse(path);
    assert(found === null || mode !== 'exclusive', () => `${path} is to be made, and is open`);
    if (found !== null) return found;
    const opening = this.#opening.get(path) ?? this.#openFile(path, mode);
    const file = await opening;
    file.users += 1;
    this.#makeRoom();
    return file;
  }

  /** Closes the file as soon as nobody uses it, and forgets what was known of it: it is to be removed or replaced. */
  forget(path: string): void {
    this.#failed.delete(path);
    // One that is being opened is for those who wait for it only: who takes the path next must not write into a removed file.
    this.#opening.delete(path);
    const found = this.#open.get(path);
    if (found === undefined) return;
    this.#open.delete(path);
    found.doomed = true;
    if (found.users === 0) this.#close(found);
  }

  /** {@link forget} for everything below `directory`, what is being opened included: whoever waits for it still gets it. */
  forgetBelow(directory: string): void {
    const prefix = `${directory}/`;
    for (const path of [...this.#open.keys(), ...this.#failed.keys()]) if (path.startsWith(prefix)) this.forget(path);
    for (const path of [...this.#opening.keys()]) if (path.startsWith(prefix)) this.#opening.delete(path);
  }

  /** Closes everything; what somebody reads whom the disk does not answer, when that use ends. */
  async closeAll(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    for (const file of files) {
      if (file.users === 0) await file.file.close();
      else file.doomed = true;
    }
  }

  #openFile(path: string, mode: OpenMode): Promise<OpenFile> {
    const isWanted = (): boolean => this.#opening.get(path) === opening;
    const opening: Promise<OpenFile> = this.#disk.open(path, mode).then(
      (file) => {
        const opened = new OpenFile(file, (idle) => this.#onIdle(idle));
        opened.doomed = !isWanted();
        if (opened.doomed) return opened;
        this.#opening.delete(path);
        this.#open.set(path, opened);
        return opened;
      },
      (error: unknown) => {
        if (isWanted()) this.#opening.delete(path);
        throw error;
      },
    );
    this.#opening.set(path, opening);
    return opening;
  }

  #onIdle(file: OpenFile): void {
    if (file.doomed) this.#close(file);
    else this.#makeRoom();
  }

  #makeRoom(): void {
    if (this.#open.size <= this.#openMax) return;
    for (const [path, file] of this.#open) {
      if (this.#open.size <= this.#openMax) return;
      if (file.users > 0) continue;
      this.#open.delete(path);
      if (file.dirty) void this.#syncAndClose(path, file);
      else this.#close(file);
    }
  }

  async #syncAndClose(path: string, file: OpenFile): Promise<void> {
    try {
      await file.file.datasync();
      file.dirty = false;
    } catch (error) {
      // Told to the next user of the path: its log, which then fails.
      this.#failed.set(path, error instanceof Error ? error : new Error(String(error)));
    }
    this.#close(file);
  }

  #close(file: OpenFile): void {
    // Nothing can be lost with a synced or removed file, so nobody waits for the close or hears of its error.
    file.file.close().catch(() => undefined);
  }
}
