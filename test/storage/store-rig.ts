/**
 * A store on a simulated machine, for tests: opened, crashed, opened again; batches made by hand.
 */
import { assert, byteCount, groupId, nodeId, offset, term } from '../../raft/index.ts';
import type { BatchPosition, GroupId, HardState, LogPosition, Offset, Term, TermStart } from '../../raft/index.ts';
import { World } from '../../chaos/sim/index.ts';
import type { Machine } from '../../chaos/sim/index.ts';
import { checksum } from '../../storage/segment/batch-header.ts';
import { writeInt64 } from '../../storage/int64.ts';
import { PLAIN_LIFE, openStore } from '../../storage/index.ts';
import type {
  BatchRun,
  LogChange,
  LogSettings,
  ReplicaLog,
  Store,
  StoredBatch,
  StoreLimits,
  StoreOptions,
  StoreRefusal,
} from '../../storage/index.ts';

export const GROUP = groupId('topic-a:0');
export const OTHER = groupId('topic-b:0');

export const SETTINGS: LogSettings = {
  flush: 'always',
  segmentBytesMax: 1024 * 1024,
  retentionMs: null,
  retentionBytes: null,
  indexIntervalBytes: 4096,
  compact: false,
  delete: true,
  deleteRetentionMs: 0,
  life: PLAIN_LIFE,
};

export const LIMITS: StoreLimits = {
  journalFileBytes: 64 * 1024,
  checkpointBytes: 128 * 1024,
  openFilesMax: 64,
  tailBytesMax: 1024 * 1024,
  tailBytesPerLogMax: 256 * 1024,
  freeBytesMin: 0,
  flushIntervalMs: 100,
  segmentLagMs: 0,
};

/** A batch of `records` empty-ish records with `bytes` of noise in all; its CRC is right. */
export function makeBatch(
  base: number,
  inTerm: number,
  options: {
    readonly records?: number;
    readonly bytes?: number;
    readonly timestamp?: number;
    readonly fill?: number;
  } = {},
): StoredBatch {
  const { records = 1, bytes = 100, timestamp = 1000 + base, fill = base + inTerm * 7 } = options;
  const batch = Buffer.alloc(Math.max(61, bytes));
  for (let index = 61; index < batch.length; index += 1) batch[index] = (fill + index * 31) & 0xff;
  writeInt64(batch, base, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(inTerm, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(0, 21);
  batch.writeInt32BE(records - 1, 23);
  writeInt64(batch, timestamp, 27);
  writeInt64(batch, timestamp, 35);
  writeInt64(batch, -1, 43);
  batch.writeInt16BE(-1, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(records, 57);
  batch.writeUInt32BE(checksum(batch.subarray(21)), 17);
  const position: BatchPosition = {
    base: offset(base),
    end: offset(base + records),
    term: term(inTerm),
    bytes: byteCount(batch.length),
    control: null,
  };
  return { position, bytes: batch };
}

/** A change with nothing but what is named. */
export function change(part: {
  readonly hardState?: HardState;
  readonly truncateTo?: number;
  readonly reset?: { readonly end: number; readonly term: number };
  readonly openTerm?: { readonly term: number; readonly start: number };
  readonly append?: readonly StoredBatch[];
  readonly logStart?: number;
}): LogChange {
  const reset: LogPosition | null =
    part.reset === undefined ? null : { end: offset(part.reset.end), term: term(part.reset.term) };
  const openTerm: TermStart | null =
    part.openTerm === undefined ? null : { term: term(part.openTerm.term), start: offset(part.openTerm.start) };
  return {
    hardState: part.hardState ?? null,
    truncateTo: part.truncateTo === undefined ? null : offset(part.truncateTo),
    reset,
    openTerm,
    append: part.append ?? [],
    logStart: part.logStart === undefined ? null : offset(part.logStart),
  };
}

export function vote(inTerm: number): HardState {
  return { term: term(inTerm), votedFor: null };
}

export class StoreRig {
  readonly world: World;
  readonly machine: Machine;
  bootId = 'boot-1';
  readonly fatal: string[] = [];
  #boots = 1;

  constructor(seed: string | number) {
    this.world = new World({ seed });
    this.machine = this.world.machine('node');
  }

  options(limits: Partial<StoreLimits> = {}, more: Partial<StoreOptions> = {}): StoreOptions {
    const ports = this.machine.ports();
    return {
      directory: '/data',
      node: nodeId(1),
      clusterId: null,
      random: ports.random,
      bootId: this.bootId,
      disk: ports.disk,
      keyValues: ports.keyValues,
      clock: ports.clock,
      limits: { ...LIMITS, ...limits },
      fatal: (reason) => {
        this.fatal.push(reason);
        this.machine.kill();
        throw new Error(`fatal: ${reason}`);
      },
      ...more,
    };
  }

  tryOpen(limits: Partial<StoreLimits> = {}, more: Partial<StoreOptions> = {}): Promise<Store | StoreRefusal> {
    return this.run(openStore(this.options(limits, more)));
  }

  async open(limits: Partial<StoreLimits> = {}): Promise<Store> {
    const opened = await this.tryOpen(limits);
    assert(!('kind' in opened), () => `refused: ${JSON.stringify(opened)}`);
    return opened;
  }

  run<T>(promise: Promise<T>): Promise<T> {
    return this.world.complete(promise);
  }

  openLog(store: Store, settings: Partial<LogSettings> = {}, group: GroupId = GROUP): Promise<ReplicaLog> {
    return this.run(store.openLog(group, group.replace(':', '-'), { ...SETTINGS, ...settings }));
  }

  /** Persists and waits until it is durable. */
  async persist(log: ReplicaLog, part: Parameters<typeof change>[0]): Promise<void> {
    await this.run(new Promise<void>((resolve) => log.persist(change(part), resolve)));
  }

  /** kill -9: the page cache stays. */
  kill(): void {
    this.machine.kill();
  }

  powerLoss(mode?: Parameters<Machine['powerLoss']>[0]): void {
    this.machine.powerLoss(mode);
    this.#boots += 1;
    this.bootId = `boot-${this.#boots}`;
  }

  /** All batches of the log as the reader gives them, in one buffer each. */
  async readAll(
    log: ReplicaLog,
    from: number = log.logStart,
    bytesMax = 64 * 1024,
  ): Promise<{ readonly position: BatchPosition; readonly bytes: Buffer }[]> {
    const found: { position: BatchPosition; bytes: Buffer }[] = [];
    let at: Offset = offset(from);
    while (at < log.logEnd) {
      const answer = log.read(at, { end: log.logEnd, bytesMax: byteCount(bytesMax), atLeastOne: true });
      const run: BatchRun = answer instanceof Promise ? await this.run(answer) : answer;
      assert(run.positions.length > 0, () => `nothing was read at ${at} of ${log.logEnd}`);
      const joined = Buffer.concat(run.buffers);
      let start = 0;
      for (const position of run.positions) {
        found.push({ position, bytes: joined.subarray(start, start + position.bytes) });
        start += position.bytes;
        at = position.end;
      }
      run.release();
    }
    return found;
  }
}

export function termOf(value: number): Term {
  return term(value);
}
