/**
 * Whether operations could have taken effect one after the other, each at one instant between its call and its return, so that
 * all answers are those of a sequential model (Wing and Gong 1993, with the memory of Lowe 2017; Porcupine works so, too).
 *
 * ```
 *  A ├──create──┤            ├──exists: no──┤ C          a linearization: A, B, C
 *      B ├────delete─────────────┤
 * ```
 * An operation of unknown outcome may take effect at any time after its call, or never. A read of what one server happens to
 * know (`sessionOf`) may have its instant long before its call, but not before that of the session's reads that had returned.
 *
 * The search is depth first over (operations linearized, state); each pair is tried once. A read that is possible now is taken
 * now, because nothing is gained by taking it later. Beyond `statesMax` pairs the answer is "unknown".
 */
import type { Operation } from './operation.ts';

export interface Model<State, Input, Output> {
  readonly initial: State;
  /** States after the operation, if it may answer so in `state`; none when it may not. `output` null: whatever it answered. */
  readonly step: (state: State, input: Input, output: Output | null) => readonly State[];
  /** Whatever the state, if that is the answer then nothing has changed. */
  readonly isRead: (input: Input, output: Output) => boolean;
  /** Equal for equal states only. */
  readonly hash: (state: State) => string;
  /** Null: the operation takes effect after its call, as usual. */
  readonly sessionOf?: (input: Input) => ReadSession | null;
}

/** A read that may be old; `name` null: nothing is known of who answered. */
export interface ReadSession {
  readonly name: string | null;
}

export type Verdict<Input, Output> =
  | { readonly kind: 'linearizable'; readonly states: number }
  /** `after`: the longest sequence that was possible, newest last; `next`: what was not possible behind it, though its time was over. */
  | {
      readonly kind: 'violation';
      readonly after: readonly Operation<Input, Output>[];
      readonly next: Operation<Input, Output>;
    }
  /** Too much to try. */
  | { readonly kind: 'unknown'; readonly states: number };

const STATES_MAX = 100_000;

/** An operation as the search sees it. */
interface Entry<Input, Output> {
  readonly operation: Operation<Input, Output>;
  /** Before it nothing happens. */
  readonly from: number;
  /** Must have happened by then; infinite: it may never happen. */
  readonly until: number;
  /** Must have happened before, by index. */
  readonly after: number[];
}

interface Choice<State> {
  readonly index: number;
  readonly state: State;
}

/** All operations must be of one key. */
export function linearize<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
  statesMax = STATES_MAX,
): Verdict<Input, Output> {
  return new Search(model, operations, statesMax).run();
}

class Search<State, Input, Output> {
  readonly #model: Model<State, Input, Output>;
  readonly #entries: readonly Entry<Input, Output>[];
  readonly #statesMax: number;
  readonly #done: boolean[];
  readonly #path: number[] = [];
  readonly #seen = new Set<string>();
  /** Two sums over the operations done: equal for equal sets, and hardly ever for others. */
  #sum = 0;
  #sum2 = 0;
  /** Operations with an answer that are not done. */
  #open: number;
  #longest: readonly number[] = [];

  constructor(model: Model<State, Input, Output>, operations: readonly Operation<Input, Output>[], statesMax: number) {
    this.#model = model;
    this.#entries = entriesOf(model, operations);
    this.#statesMax = statesMax;
    this.#done = this.#entries.map(() => false);
    this.#open = this.#entries.filter(({ operation }) => operation.output !== null).length;
  }

  run(): Verdict<Input, Output> {
    const stack: { readonly choices: readonly Choice<State>[]; next: number; taken: number }[] = [];
    let state = this.#model.initial;
    for (;;) {
      const taken = this.#takeReads(state);
      if (this.#open === 0) return { kind: 'linearizable', states: this.#seen.size };
      if (this.#path.length > this.#longest.length) this.#longest = [...this.#path];
      const key = `${this.#sum}:${this.#sum2}:${this.#model.hash(state)}`;
      const isNew = !this.#seen.has(key);
      this.#seen.add(key);
      if (this.#seen.size > this.#statesMax) return { kind: 'unknown', states: this.#seen.size };
      stack.push({ choices: isNew ? this.#choices(state) : [], next: 0, taken });
      let choice: Choice<State> | null = null;
      for (let frame = stack.at(-1); choice === null; frame = stack.at(-1)) {
        if (frame === undefined) return this.#violation();
        choice = frame.choices[frame.next] ?? null;
        frame.next += 1;
        if (choice !== null) continue;
        // Everything behind it failed: back to the choice before.
        for (let undone = 0; undone < frame.taken; undone += 1) this.#undo();
        stack.pop();
        if (stack.length > 0) this.#undo();
      }
      this.#do(choice.index);
      ({ state } = choice);
    }
  }

  #do(index: number): void {
    this.#done[index] = true;
    this.#path.push(index);
    this.#sum = (this.#sum + mix(index, 0x9e3779b1)) | 0;
    this.#sum2 = (this.#sum2 + mix(index, 0x85ebca6b)) | 0;
    if (this.#entries[index]?.operation.output !== null) this.#open -= 1;
  }

  #undo(): void {
    const index = this.#path.pop();
    if (index === undefined) return;
    this.#done[index] = false;
    this.#sum = (this.#sum - mix(index, 0x9e3779b1)) | 0;
    this.#sum2 = (this.#sum2 - mix(index, 0x85ebca6b)) | 0;
    if (this.#entries[index]?.operation.output !== null) this.#open += 1;
  }

  /** Does all reads that are possible now; to how many. */
  #takeReads(state: State): number {
    const hash = this.#model.hash(state);
    let taken = 0;
    for (let before = -1; before !== taken;) {
      before = taken;
      for (const index of this.#possible()) {
        const { operation } = this.#at(index);
        if (operation.output === null || !this.#model.isRead(operation.input, operation.output)) continue;
        const next = this.#model.step(state, operation.input, operation.output);
        if (!next.some((each) => this.#model.hash(each) === hash)) continue;
        this.#do(index);
        taken += 1;
      }
    }
    return taken;
  }

  /** What may be done next. */
  #choices(state: State): readonly Choice<State>[] {
    const hash = this.#model.hash(state);
    return this.#possible().flatMap((index) => {
      const { operation } = this.#at(index);
      const next = this.#model.step(state, operation.input, operation.output);
      // Of unknown outcome and without effect: as if it never happened.
      return next
        .filter((each) => operation.output !== null || this.#model.hash(each) !== hash)
        .map((each) => ({ index, state: each }));
    });
  }

  /** Operations that are not done and whose turn it may be: called before any other that is not done had to be. */
  #possible(): readonly number[] {
    const found: number[] = [];
    let latest = Number.POSITIVE_INFINITY;
    for (const [index, { from, until, after }] of this.#entries.entries()) {
      if (from > latest) break;
      if (this.#done[index] === true) continue;
      latest = Math.min(latest, until);
      if (after.every((other) => this.#done[other])) found.push(index);
    }
    return found;
  }

  #at(index: number): Entry<Input, Output> {
    const entry = this.#entries[index];
    if (entry === undefined) throw new RangeError(`no operation ${index}`);
    return entry;
  }

  #violation(): Verdict<Input, Output> {
    const after = this.#longest.map((index) => this.#at(index).operation);
    const done = new Set(after);
    const left = this.#entries.filter(({ operation }) => operation.output !== null && !done.has(operation));
    const next = left.reduce((first, entry) => (entry.until < first.until ? entry : first), left[0] ?? this.#at(0));
    return { kind: 'violation', after, next: next.operation };
  }
}

/** 32 bits that look random, for sums over sets of operations. */
function mix(index: number, salt: number): number {
  let value = Math.imul(index + 1, salt);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  value = Math.imul(value ^ (value >>> 12), 0x297a2d39);
  return value ^ (value >>> 15);
}

/** In the order of `from`; sessions' reads know which reads had returned before they were called. */
function entriesOf<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly Operation<Input, Output>[],
): readonly Entry<Input, Output>[] {
  const sessionOf = ({ input }: Operation<Input, Output>): ReadSession | null => model.sessionOf?.(input) ?? null;
  const entries = operations
    .filter((operation) => operation.output !== null || sessionOf(operation) === null)
    .map((operation): Entry<Input, Output> => {
      const until = operation.output === null ? null : operation.returnedAt;
      return {
        operation,
        from: sessionOf(operation) === null ? operation.calledAt : Number.NEGATIVE_INFINITY,
        until: until ?? Number.POSITIVE_INFINITY,
        after: [],
      };
    })
    .sort((left, right) => left.from - right.from || left.operation.calledAt - right.operation.calledAt);
  const sessions = new Map<string, number[]>();
  for (const [index, { operation }] of entries.entries()) {
    const name = sessionOf(operation)?.name ?? null;
    if (name === null) continue;
    const its = sessions.get(name);
    if (its === undefined) sessions.set(name, [index]);
    else its.push(index);
  }
  for (const its of sessions.values()) linkSession(entries, its);
  return entries;
}

/** `its` ascend by call. Of those that had returned before a call, the ones that had returned before another's are left out. */
function linkSession<Input, Output>(entries: readonly Entry<Input, Output>[], its: readonly number[]): void {
  for (const [at, index] of its.entries()) {
    const entry = entries[index];
    if (entry === undefined) continue;
    const returned = its.slice(0, at).filter((other) => (entries[other]?.until ?? 0) < entry.operation.calledAt);
    const newestCall = Math.max(...returned.map((other) => entries[other]?.operation.calledAt ?? 0));
    for (const other of returned) if ((entries[other]?.until ?? 0) >= newestCall) entry.after.push(other);
  }
}
