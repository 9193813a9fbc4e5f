/**
 * A random life of a compacted log beside its checkpoints, cuts and raises of the log start, ended by a crash, over and over.
 *
 * ```
 *  open ─▶ append, compact, checkpoint, truncate, raise … none waits for the other ─✗ ─▶ open: the newest of each key is there, as written
 * ```
 * flush=always, so that what was told is there after any crash. Everything follows from the seed.
 */
import { byteCount, offset, term } from '../../raft/index.ts';
import type { Random } from '../../raft/index.ts';
import { buildBatch, readRecords } from '../../storage/batch/index.ts';
import { decompressStream } from '../../storage/compression/index.ts';
import type { ReplicaLog, Store, StoredBatch } from '../../storage/index.ts';
import { change, StoreRig } from './store-rig.ts';

interface Entry {
  readonly offset: number;
  readonly key: string;
  /** `offset:key=value`. */
  readonly text: string;
}

interface State {
  readonly logStart: number;
  readonly logEnd: number;
  /** Everything that was appended and not cut off, also below the log start. */
  readonly entries: readonly Entry[];
}

export class CompactionRun {
  readonly rig: StoreRig;
  readonly #random: Random;
  /** Much stays in memory, and is compared there before each crash too. */
  readonly #hasLongTail: boolean;
  /** Told to be done … asked for. */
  #states: State[] = [{ logStart: 0, logEnd: 0, entries: [] }];
  /** Nothing at or above it was ever compacted. */
  #cleanedTo = 0;
  /** One at a time. */
  #isCompacting = false;
  #value = 0;

  constructor(seed: number) {
    this.rig = new StoreRig(`compaction ${seed}`);
    this.#random = this.rig.world.random.fork('compaction run');
    this.#hasLongTail = seed % 4 === 2;
  }

  /** Throws at the first record that is missing or was never written. */
  async run(lives: number): Promise<void> {
    for (let life = 0; life < lives; life += 1) {
      const { store, log } = await this.#open();
      this.#expectNoRests(log);
      await this.#compare(log);
      let left = 1 + this.#random.below(200);
      this.rig.machine.disk.watch = () => {
        left -= 1;
        if (left === 0) this.#crash();
      };
      for (let step = 0; step < 80 && this.rig.machine.running; step += 1) {
        this.#step(store, log);
        await this.rig.world.runFor(this.#random.below(4) / 4);
        if (this.rig.machine.running && log.failure !== null) throw new Error(JSON.stringify(log.failure));
      }
      this.rig.machine.disk.watch = null;
      if (this.#hasLongTail && this.rig.machine.running) {
        while (this.#isCompacting || this.#states.length > 1) await this.rig.world.runFor(10);
        await this.#compare(log);
      }
      if (this.rig.machine.running) this.#crash();
    }
    await this.#compare((await this.#open()).log);
  }

  #crash(): void {
    if (this.#random.below(2) === 0) this.rig.kill();
    else this.rig.powerLoss();
  }

  async #open(): Promise<{ readonly store: Store; readonly log: ReplicaLog }> {
    const store = await this.rig.open({
      tailBytesPerLogMax: this.#hasLongTail ? 4000 : 100,
      openFilesMax: 3,
      checkpointBytes: 6000,
    });
    this.#isCompacting = false;
    const settings = { compact: true, deleteRetentionMs: 1e12, segmentBytesMax: 400 };
    return { store, log: await this.rig.openLog(store, settings) };
  }

  /** A file that a compaction has left behind would be found by a later one, or by a scan. */
  #expectNoRests(log: ReplicaLog): void {
    const { disk } = this.rig.machine;
    let bytes = 0;
    for (const path of disk.paths()) {
      if (path.endsWith('.cleaned')) throw new Error(`${path} is left over`);
      if (path.endsWith('.log') && path.includes('/logs/')) bytes += disk.cachedBytes(path)?.length ?? 0;
    }
    if (bytes !== log.sizeBytes) throw new Error(`${bytes} bytes of files, but the log has ${log.sizeBytes}`);
  }

  get #now(): State {
    const last = this.#states.at(-1);
    if (last === undefined) throw new Error('there is always a state');
    return last;
  }

  #step(store: Store, log: ReplicaLog): void {
    const draw = this.#random.below(16);
    if (draw === 0) void store.checkpoint();
    else if (draw < 3) this.#compact(log);
    else if (draw === 3) this.#cut(log);
    else if (draw === 4) this.#raise(log);
    else this.#append(log);
  }

  #compact(log: ReplicaLog): void {
    const [told] = this.#states;
    const to = Math.min(told?.logEnd ?? 0, ...this.#states.map(({ logEnd }) => logEnd));
    if (this.#isCompacting) return;
    this.#cleanedTo = Math.max(this.#cleanedTo, to);
    this.#isCompacting = true;
    const ended = (): void => {
      this.#isCompacting = false;
    };
    log.compact(1000, offset(to), []).then(ended, ended);
  }

  #cut(log: ReplicaLog): void {
    const { logStart, logEnd, entries } = this.#now;
    const least = Math.max(this.#cleanedTo, logStart);
    if (least >= logEnd) return;
    const to = least + this.#random.below(logEnd - least);
    const kept = entries.filter((entry) => entry.offset < to);
    this.#persist(log, { truncateTo: to }, { logStart, logEnd: to, entries: kept });
  }

  #raise(log: ReplicaLog): void {
    const { logEnd, logStart, entries } = this.#now;
    const durable = Math.min(...this.#states.map((state) => state.logEnd));
    const to = logStart + this.#random.below(8);
    if (to > logStart && to <= durable) this.#persist(log, { logStart: to }, { logStart: to, logEnd, entries });
  }

  #append(log: ReplicaLog): void {
    const { logStart, logEnd, entries } = this.#now;
    this.#value += 1;
    const key = `k${this.#random.below(6)}`;
    const value = this.#random.below(8) === 0 ? null : `${this.#value}`.padEnd(1 + this.#random.below(60), '.');
    const entry = { offset: logEnd, key, text: `${logEnd}:${key}=${value}` };
    const state = { logStart, logEnd: logEnd + 1, entries: [...entries, entry] };
    this.#persist(log, { append: [keyed(logEnd, key, value)] }, state);
  }

  #persist(log: ReplicaLog, part: Parameters<typeof change>[0], state: State): void {
    this.#states.push(state);
    log.persist(change(part), () => {
      this.#states = this.#states.slice(this.#states.indexOf(state));
    });
  }

  async #compare(log: ReplicaLog): Promise<void> {
    if (log.failure !== null) throw new Error(JSON.stringify(log.failure));
    const read = await this.rig.readAll(log);
    const found = new Set(read.flatMap(({ bytes }) => textsOf(bytes)));
    const reasons = this.#states.map((state) => this.#difference(state, log, found));
    const at = reasons.indexOf(null);
    const state = this.#states[at];
    if (state === undefined) throw new Error(`${log.logStart}..${log.logEnd}: ${reasons.join('; ')}`);
    this.#states = [state];
  }

  #difference(state: State, log: ReplicaLog, found: ReadonlySet<string>): string | null {
    if (log.logStart !== state.logStart || log.logEnd !== state.logEnd) return `not ${state.logStart}..${state.logEnd}`;
    const newest = new Map(state.entries.map((entry) => [entry.key, entry.offset]));
    const known = new Set(state.entries.map(({ text }) => text));
    for (const text of found) if (!known.has(text)) return `${text} was never written`;
    for (const entry of state.entries) {
      const isWanted = entry.offset >= this.#cleanedTo || newest.get(entry.key) === entry.offset;
      if (isWanted && entry.offset >= state.logStart && !found.has(entry.text)) return `${entry.text} is missing`;
    }
    return null;
  }
}

function keyed(base: number, key: string, value: string | null): StoredBatch {
  const record = { key: Buffer.from(key), value: value === null ? null : Buffer.from(value), timestamp: 1000 + base };
  const bytes = buildBatch({ records: [record], baseOffset: base, term: 1 });
  const bounds = { base: offset(base), end: offset(base + 1) };
  return { position: { ...bounds, term: term(1), bytes: byteCount(bytes.length), control: null }, bytes };
}

function textsOf(bytes: Buffer): string[] {
  const found = readRecords(bytes, decompressStream, 1e8);
  if (found.kind === 'refused') throw new Error(found.detail);
  const text = (part: Uint8Array | null): string => (part === null ? 'null' : Buffer.from(part).toString());
  return found.records.map((record) => `${record.offset}:${text(record.key)}=${text(record.value)}`);
}
