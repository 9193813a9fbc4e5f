/**
 * A random life of a store, ended by a crash at a chosen disk event, over and over on one machine.
 *
 * ```
 *  open ─▶ random changes, reads, checkpoints ─✗ (kill or power loss at disk event n, recovery included) ─▶ open, compare ─▶ …
 * ```
 * Three logs share the journal: `always`, `os`, and the metadata log. Everything follows from the seed.
 */
import { METADATA_GROUP, groupId, offset, term } from '../../raft/index.ts';
import { openStore } from '../../storage/index.ts';
import type { GroupId, Random } from '../../raft/index.ts';
import type { LogSettings, ReplicaLog, Store } from '../../storage/index.ts';
import { change, LIMITS, makeBatch, SETTINGS, StoreRig } from './store-rig.ts';
import { after, describe, isSame, LogModel, NEW_LOG, startTermOf, termsOf, visible } from './log-model.ts';
import type { ModelOperation, ModelState } from './log-model.ts';

interface Subject {
  readonly group: GroupId;
  flush: LogSettings['flush'];
  /** Its flush policy was changed in this life: either may have been in force when it ended. */
  isSwitched: boolean;
  /** There may be nothing between two batches. Only a journal knows so of a log that is not said to be compacted. */
  readonly gaps: boolean;
  readonly compact: boolean;
  model: LogModel;
  log: ReplicaLog | null;
  /** It is being deleted: after a crash there may be none. */
  isGoing: boolean;
}

const fresh = () => ({ model: new LogModel(NEW_LOG), log: null, isGoing: false, isSwitched: false });

/** Thrown when the machine died under the test's feet: expected. */
class Died extends Error {}

export interface CrashPlan {
  readonly seed: number;
  readonly lives: number;
  /** Disk events in a life before the crash, at most. */
  readonly eventsMax: number;
  /** See {@link StoreLimits}. */
  readonly segmentLagMs: number;
  /** `either`: drawn anew for each life. */
  readonly crash: 'kill' | 'power' | 'either';
  /** Trouble besides: a full disk, logs that are deleted and made anew, few open files. */
  readonly trouble: boolean;
}

export class CrashRun {
  readonly rig: StoreRig;
  readonly random: Random;
  readonly #plan: CrashPlan;
  readonly #subjects: Subject[];
  #powerLost = false;
  #nextTerm = 1;

  constructor(plan: CrashPlan) {
    this.#plan = plan;
    this.rig = new StoreRig(`${plan.crash} ${plan.seed}`);
    this.random = this.rig.world.random.fork('crash run');
    const compact = plan.seed % 4 > 0;
    this.#subjects = [
      {
        ...fresh(),
        group: groupId('a:0'),
        flush: 'always',
        gaps: compact || !plan.trouble,
        compact: compact && plan.trouble,
      },
      { ...fresh(), group: groupId('b:0'), flush: 'os', gaps: compact, compact },
      { ...fresh(), group: METADATA_GROUP, flush: 'os', gaps: true, compact: false },
    ];
  }

  /** Throws at the first difference between a log and its model. */
  async run(): Promise<void> {
    for (let life = 0; life < this.#plan.lives; life += 1) {
      this.#armCrash(1 + this.random.below(this.#plan.eventsMax));
      try {
        await this.#live();
      } catch (error) {
        if (!(error instanceof Died))
          throw new Error(`life ${life} of ${JSON.stringify(this.#plan)}: ${String(error)}`, { cause: error });
      }
      this.rig.machine.disk.watch = null;
    }
    if (this.rig.machine.running) this.rig.kill();
    try {
      await this.#openAll();
    } catch (error) {
      throw new Error(`last life of ${JSON.stringify(this.#plan)}: ${String(error)}`, { cause: error });
    }
    this.rig.kill();
  }

  #armCrash(events: number): void {
    let left = events;
    this.rig.machine.disk.watch = () => {
      left -= 1;
      if (left === 0) this.#crash();
    };
  }

  #crash(): void {
    const isKill = this.#plan.crash === 'either' ? this.random.below(2) === 0 : this.#plan.crash === 'kill';
    if (isKill) this.rig.kill();
    else {
      this.#powerLost = true;
      this.rig.powerLoss();
    }
  }

  async #live(): Promise<void> {
    const store = await this.#openAll();
    for (let step = 0; step < 60; step += 1) {
      if (this.#plan.trouble && this.random.below(15) === 0) await this.#makeTrouble(store);
      else await this.#step(store);
    }
    if (this.random.below(2) === 0) {
      const isFull = await this.#endTrouble();
      await this.#alive(store.close());
      if (!isFull) this.#subjects.forEach((subject) => (subject.model.floor = subject.model.now.logEnd));
    }
    this.#crash();
    throw new Died();
  }

  async #alive<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.rig.world.run(() => settled || !this.rig.machine.running);
    if (!this.rig.machine.running) throw new Died();
    return promise;
  }

  async #openAll(): Promise<Store> {
    const openFilesMax = this.#plan.trouble && this.#plan.seed % 2 === 0 ? 3 : LIMITS.openFilesMax;
    const { segmentLagMs } = this.#plan;
    const sizes = { journalFileBytes: 8192, checkpointBytes: 12_000, tailBytesPerLogMax: 2000 };
    const options = this.rig.options({ ...LIMITS, ...sizes, openFilesMax, segmentLagMs });
    const opened = await this.#alive(openStore(options));
    if ('kind' in opened) {
      const { disk } = this.rig.machine;
      if (opened.kind !== 'disk' || disk.capacityBytes === Number.POSITIVE_INFINITY)
        throw new Error(`refused: ${JSON.stringify(opened)}`);
      disk.capacityBytes = Number.POSITIVE_INFINITY;
      this.rig.kill();
      return this.#openAll();
    }
    for (const subject of this.#subjects) {
      const log = await this.#openLog(opened, subject);
      await this.#compare(subject, log);
      subject.log = log;
    }
    this.#powerLost = false;
    return opened;
  }

  async #openLog(store: Store, { group, flush, compact }: Subject): Promise<ReplicaLog> {
    const directory = group === METADATA_GROUP ? '@metadata' : group.replace(':', '-');
    const settings = { ...SETTINGS, flush, compact, segmentBytesMax: 3000, indexIntervalBytes: 300 };
    for (;;) {
      const log = await this.#alive(store.openLog(group, directory, settings));
      const isFull = this.rig.machine.disk.capacityBytes < Number.POSITIVE_INFINITY;
      if (log.failure?.kind !== 'disk' || !isFull) return log;
      await this.#alive(this.#pause());
    }
  }

  async #compare(subject: Subject, log: ReplicaLog): Promise<void> {
    if (log.failure !== null && log.failure.kind !== 'full')
      throw new Error(`${subject.group} failed: ${JSON.stringify(log.failure)}`);
    const read = await this.#alive(this.#readAll(log));
    if (subject.isGoing && isSame(NEW_LOG, log, read)) subject.model = new LogModel(NEW_LOG);
    subject.isGoing = false;
    const isScanned = (subject.flush === 'os' && subject.group !== METADATA_GROUP) || subject.isSwitched;
    subject.isSwitched = false;
    const found = isScanned
      ? this.#findScanned(subject, log, read)
      : subject.model.possible().find((state) => isSame(state, log, read));
    if (found === undefined) {
      const { done, states, cutDone, floor } = subject.model;
      const shown = states.slice(done).map((state) => describe(state));
      throw new Error(
        `${subject.group} ${log.logStart}..${log.logEnd} ${JSON.stringify(log.recovered)} is none of\n${shown.join('\n')}\n` +
          `of ${states.length}, done ${done}, cut ${cutDone}, floor ${floor}`,
      );
    }
    subject.model = new LogModel(found);
  }

  /** os: batches, log start and term of the vote may each be of another moment; a power loss may take a suffix of the batches. */
  #findScanned(subject: Subject, log: ReplicaLog, read: readonly Buffer[]): ModelState | undefined {
    const { model } = subject;
    const possible = model.possible();
    if (!possible.some((state) => state.term === log.recovered.hardState.term)) return undefined;
    if (!possible.some((state) => state.logStart === log.logStart)) return undefined;
    if (this.#powerLost && log.logEnd < model.floor) return undefined;
    const candidates = this.#powerLost ? model.states.slice(model.cutDone) : possible;
    const told = model.states[model.done]?.opened ?? [];
    for (const state of candidates) {
      const opened = state.opened.filter((entry) => entry.start <= log.logEnd);
      const batches = this.#powerLost
        ? state.batches.filter((batch) => batch.position.end <= log.logEnd)
        : state.batches;
      const logEnd = Math.max(batches.at(-1)?.position.end ?? state.base.end, log.logStart);
      const term = log.recovered.hardState.term;
      const seen: ModelState = { ...state, opened, batches, logEnd, logStart: log.logStart, term };
      // Terms whose opening was not done may be missing, the last ones first, although a later batch is there: they take different ways.
      const toldOf = opened.filter((entry) => told.includes(entry)).length;
      const fewer = Array.from({ length: opened.length - toldOf + 1 }, (_, index) => opened.length - index);
      const match = fewer
        .map((count): ModelState => ({ ...seen, opened: opened.slice(0, count) }))
        .find((each) => isSame(each, log, read));
      if (match === undefined) continue;
      const doneEnd = Math.min(...possible.map((each) => each.logEnd));
      const isShort = match.logEnd < doneEnd && !log.lossy;
      if (isShort) throw new Error(`${subject.group} lost ${match.logEnd}..${doneEnd} and does not say so`);
      return match;
    }
    return undefined;
  }

  async #step(store: Store): Promise<void> {
    const draw = this.random.below(20);
    if (draw === 0) return this.#checkpoint(store);
    if (draw < 3) return this.#alive(this.#pause());
    const subject = this.#subjects[this.random.below(this.#subjects.length)];
    const log = subject?.log;
    if (subject === undefined || log === null || log === undefined) return;
    if (draw < 5) return this.#checkRead(subject, log);
    const operations = this.#draw(subject.model.now, subject);
    if (operations.length === 0) return;
    const done = subject.model.apply(operations);
    log.persist(toChange(operations), done);
    if (log.logEnd !== subject.model.now.logEnd)
      throw new Error(`log end ${log.logEnd}, model ${subject.model.now.logEnd}`);
    if (!this.rig.machine.running) throw new Died();
  }

  async #makeTrouble(store: Store): Promise<void> {
    const draw = this.random.below(5);
    if (draw === 0) {
      const { disk } = this.rig.machine;
      disk.capacityBytes = disk.usedBytes() + this.random.below(6000);
      return this.rig.world.after(this.random.below(3000), () => (disk.capacityBytes = Number.POSITIVE_INFINITY));
    }
    // Beside whatever comes next.
    if (draw < 3) return void store.checkpoint();
    const subject = this.#subjects[this.random.below(2)];
    if (subject === undefined) return;
    if (draw === 4) return this.#switchFlush(subject);
    subject.isGoing = true;
    await this.#alive(store.deleteLog(subject.group));
    subject.model = new LogModel(NEW_LOG);
    const log = await this.#openLog(store, subject);
    await this.#compare(subject, log);
    subject.log = log;
  }

  async #switchFlush(subject: Subject): Promise<void> {
    const { log, model } = subject;
    if (log === null) return;
    subject.isSwitched = true;
    subject.flush = subject.flush === 'always' ? 'os' : 'always';
    const states = model.states.length;
    await this.#alive(log.configure({ ...log.settings, flush: subject.flush }));
    noteCheckpoint(model, states);
  }

  /** Answers whether the disk is still full. */
  async #endTrouble(): Promise<boolean> {
    const { disk } = this.rig.machine;
    if (!this.#plan.trouble) return false;
    if (disk.capacityBytes < Number.POSITIVE_INFINITY && this.random.below(2) === 0) return true;
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    // The store looks for space every second.
    await this.#alive(new Promise<void>((resolve) => this.rig.world.after(5000, resolve)));
    return false;
  }

  async #checkpoint(store: Store): Promise<void> {
    const before = this.#subjects.map((subject) => ({ subject, states: subject.model.states.length }));
    await this.#alive(store.checkpoint());
    for (const { subject, states } of before) noteCheckpoint(subject.model, states);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.rig.world.after(1 + this.random.below(4), resolve));
  }

  async #checkRead(subject: Subject, log: ReplicaLog): Promise<void> {
    const state = subject.model.now;
    const read = await this.#alive(this.#readAll(log));
    const expected = visible(state).map((batch) => batch.bytes);
    if (!Buffer.concat(read).equals(Buffer.concat(expected)))
      throw new Error(`${subject.group}: a read of ${describe(state)} gave other bytes`);
  }

  async #readAll(log: ReplicaLog): Promise<Buffer[]> {
    const found: Buffer[] = [];
    for (let at = log.logStart; at < log.logEnd;) {
      const run = await log.read(at, {
        end: log.logEnd,
        bytesMax: (700 + this.random.below(3000)) as never,
        atLeastOne: true,
      });
      const last = run.positions.at(-1);
      if (last === undefined) throw new Error(`nothing was read at ${at} of ${log.logEnd}`);
      found.push(Buffer.concat(run.buffers));
      at = last.end;
      run.release();
    }
    return found;
  }

  #draw(state: ModelState, { model, gaps }: Subject): readonly ModelOperation[] {
    const draw = this.random.below(24);
    const operations: ModelOperation[] = [];
    if (draw < 3) operations.push({ kind: 'term', term: (this.#nextTerm += 1) });
    if (draw === 3) {
      const ends = [state.logStart, ...visible(state).map((batch) => batch.position.end as number)].filter(
        (end) => end < state.logEnd,
      );
      const to = ends[this.random.below(Math.max(1, ends.length))];
      if (to !== undefined && to >= state.base.end && !(visible(state)[0]?.position.base ?? 0 < to))
        operations.push({ kind: 'truncate', to });
      else if (to !== undefined && isEnd(state, to)) operations.push({ kind: 'truncate', to });
    }
    if (draw === 4 && this.random.below(4) === 0)
      operations.push({ kind: 'reset', end: state.logEnd + this.random.below(50), term: (this.#nextTerm += 1) });
    let now = operations.reduce(after, state);
    if (draw === 5)
      operations.push({ kind: 'open', start: { term: term((this.#nextTerm += 1)), start: offset(now.logEnd) } });
    if (draw === 6) {
      const durable = Math.min(model.states[model.done]?.logEnd ?? 0, now.logEnd);
      const ends = visible(now)
        .map((batch) => batch.position.end as number)
        .filter((end) => end <= durable);
      const to = ends[this.random.below(Math.max(1, ends.length))];
      if (to !== undefined) return [{ kind: 'start', to }];
    }
    now = operations.reduce(after, state);
    const count = draw < 6 ? this.random.below(2) : 1 + this.random.below(3);
    for (let index = 0; index < count; index += 1) {
      const least = Math.max(startTermOf(now), ...termsOf(now).map((entry) => entry.term), 1);
      const inTerm = this.random.below(6) === 0 ? Math.max((this.#nextTerm += 1), least) : least;
      const drawn = this.random.below(12) === 0 ? this.random.below(5) : 0;
      const gap = gaps ? drawn : 0;
      const bytes = this.random.below(8) === 0 ? 1500 + this.random.below(4000) : 61 + this.random.below(300);
      const batch = makeBatch(now.logEnd + gap, inTerm, {
        records: 1 + this.random.below(4),
        bytes,
        fill: this.random.below(256),
        timestamp: this.random.below(100_000),
      });
      operations.push({ kind: 'append', batch });
      now = after(now, { kind: 'append', batch });
    }
    return operations;
  }
}

/** A checkpoint that began after so many states covers the log: no power loss takes more than what was cut since. */
function noteCheckpoint(model: LogModel, states: number): void {
  const cuts = model.states.slice(states).map((state) => state.logEnd);
  model.floor = Math.max(model.floor, Math.min(model.states[states - 1]?.logEnd ?? 0, ...cuts));
}

function isEnd(state: ModelState, to: number): boolean {
  return to === state.base.end || state.batches.some((batch) => batch.position.end === to);
}

function toChange(operations: readonly ModelOperation[]) {
  const parts: Parameters<typeof change>[0] = {};
  const append = operations.flatMap((operation) => (operation.kind === 'append' ? [operation.batch] : []));
  const merged = { ...parts, append } as {
    -readonly [Key in keyof Parameters<typeof change>[0]]: Parameters<typeof change>[0][Key];
  };
  for (const operation of operations) {
    if (operation.kind === 'term') merged.hardState = { term: term(operation.term), votedFor: null };
    if (operation.kind === 'truncate') merged.truncateTo = operation.to;
    if (operation.kind === 'reset') merged.reset = { end: operation.end, term: operation.term };
    if (operation.kind === 'open') merged.openTerm = { term: operation.start.term, start: operation.start.start };
    if (operation.kind === 'start') merged.logStart = operation.to;
  }
  return change(merged);
}
