/**
 * Opaque states that are functions of a log prefix (producer state …): the newest three of each name.
 *
 * ```
 *  save ─▶ in memory ──checkpoint──▶ key-value store `state/<log>/<name>/<end>`        truncate: those above the cut go
 * ```
 * They are written in the checkpoint's own batch, so a stored state never lies above the checkpointed end, and the one of
 * a log that was cut is dropped in the batch that covers the cut.
 */
import { assert, offset } from '../../raft/index.ts';
import type { Offset } from '../../raft/index.ts';
import type { KeyValue, KeyValueChange } from '../key-value.ts';
import type { GroupRecord } from './group-record.ts';

const KEPT_PER_NAME = 3;

interface SavedState {
  readonly end: Offset;
  /** Null once it is in the store. */
  bytes: Uint8Array | null;
}

/** What a checkpoint is to write; `commit` when it has. */
export interface StatesCapture {
  readonly changes: readonly KeyValueChange[];
  readonly states: GroupRecord['states'];
  commit(): void;
}

export function statePrefix(log: number): string {
  return `state/${log}/`;
}

/** One per log. */
export class SavedStates {
  readonly #log: number;
  readonly #byName = new Map<string, SavedState[]>();
  #dropped: string[] = [];

  constructor(log: number, stored: GroupRecord['states'], end: Offset) {
    this.#log = log;
    for (const [name, ends] of stored) {
      this.#byName.set(
        name,
        ends.map((at) => ({ end: offset(at), bytes: null })),
      );
    }
    this.truncate(end);
  }

  save(name: string, end: Offset, bytes: Uint8Array): void {
    assert(/^[a-z0-9-]+$/.test(name), () => `state name ${name} must be lower-case letters, digits and hyphens`);
    const states = (this.#byName.get(name) ?? []).filter((state) => state.end < end);
    states.push({ end, bytes });
    for (const old of states.splice(0, Math.max(0, states.length - KEPT_PER_NAME)))
      this.#dropped.push(this.#key(name, old.end));
    this.#byName.set(name, states);
  }

  /** Drops all states above `to`. */
  truncate(to: Offset): void {
    for (const [name, states] of this.#byName) {
      for (const state of states) if (state.end > to) this.#dropped.push(this.#key(name, state.end));
      this.#byName.set(
        name,
        states.filter((state) => state.end <= to),
      );
    }
  }

  /** The newest with end ≤ `atMost`. */
  async load(
    keyValue: KeyValue,
    name: string,
    atMost: Offset,
  ): Promise<{ readonly end: Offset; readonly state: Uint8Array } | null> {
    const found = (this.#byName.get(name) ?? []).filter((state) => state.end <= atMost).at(-1);
    if (found === undefined) return null;
    const state = found.bytes ?? (await keyValue.get(this.#key(name, found.end)));
    return state === null ? null : { end: found.end, state };
  }

  /** Everything that a checkpoint at `end` writes. */
  capture(end: Offset): StatesCapture {
    const dropped = [...this.#dropped];
    const changes: KeyValueChange[] = dropped.map((key) => ({ kind: 'delete', key }));
    const written: SavedState[] = [];
    const known: (readonly [string, number[]])[] = [];
    for (const [name, states] of this.#byName) {
      const within = states.filter((state) => state.end <= end);
      known.push([name, within.map((state) => state.end)]);
      for (const state of within) {
        if (state.bytes === null) continue;
        changes.push({ kind: 'put', key: this.#key(name, state.end), value: state.bytes });
        written.push(state);
      }
    }
    const commit = (): void => {
      for (const state of written) state.bytes = null;
      this.#dropped = this.#dropped.slice(dropped.length);
    };
    return { changes, states: known, commit };
  }

  #key(name: string, end: Offset): string {
    return `${statePrefix(this.#log)}${name}/${String(end).padStart(16, '0')}`;
  }
}
