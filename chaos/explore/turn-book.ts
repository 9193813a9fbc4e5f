/**
 * Every turn that was ever computed: one node in one state, one input.
 *
 *   (state, input) ─known?─▶ what it led to          few different states of one node make many worlds
 *           └─────────────▶ node-turn.ts, noted
 */
import type { LocalState } from './local-state.ts';
import type { NodeDisk } from './node-disk.ts';
import { type Envelope, type LocalInput, takeTurn, type Turn } from './node-turn.ts';
import { Symbols } from './symbols.ts';
import { textOf, timeless } from './fingerprint.ts';

export interface KnownTurn {
  /** Number of the state that it led to. */
  readonly next: number;
  readonly turn: Turn;
}

/** Longer than every election timeout's least; ages are told apart by these (fingerprint.ts). */
export const ELECTION = 700;
export const LAG = 10_000;
export const BEAT = 200;
const JUMPS = [ELECTION, LAG, BEAT];

export class TurnBook {
  readonly #logTexts = new WeakMap<NodeDisk['batches'], string>();
  readonly locals = new Symbols<LocalState>((state, names) => {
    const { core, life, memory, disk, unflushed, stalled, timeouts, applied, node } = state;
    const frame = { names, now: core.now, durable: core.persistedSequence, sequence: core.sequence };
    const { hardState } = disk;
    const parts = { core, node, life, hardState, opened: [memory.opened, disk.opened], unflushed };
    return `${textOf(frame, '', parts)}${stalled} ${timeouts} ${applied} ${this.#logText(memory)} ${this.#logText(disk)}`;
  });
  readonly messages = new Symbols<Envelope>((envelope, names) => textOf(timeless(names), '', envelope));
  readonly #turns = new Map<number, KnownTurn>();
  readonly #inputs = new Map<string, number>();

  get size(): number {
    return this.#turns.size;
  }

  /** `message`: the number of the one that is received; null for other inputs. */
  turn(local: number, input: LocalInput, message: number | null): KnownTurn {
    const key = local * 2 ** 24 + (message ?? this.#numberOf(input)) + 2 ** 20;
    const known = this.#turns.get(key);
    if (known !== undefined) return known;
    const turn = takeTurn(this.locals.value(local), input);
    const made = { next: this.locals.numberOf(turn.next), turn };
    this.#turns.set(key, made);
    return made;
  }

  /** Names no node, and is asked for again and again: states share their logs. */
  #logText({ batches }: NodeDisk): string {
    let text = this.#logTexts.get(batches);
    if (text === undefined) {
      text = batches.map(({ position, value }) => `${position.term}:${value}`).join();
      this.#logTexts.set(batches, text);
    }
    return text;
  }

  /** Messages are numbered from 0, the other inputs from -1 down: most of them by what they are. */
  #numberOf(input: LocalInput): number {
    switch (input.kind) {
      case 'connect':
        return -1 - (input.peer + input.life * 4);
      case 'disconnect':
        return -101 - input.peer;
      case 'pass':
        return -111 - JUMPS.indexOf(input.jump);
      case 'tick':
        return -121 - JUMPS.indexOf(input.jump);
      case 'propose':
        return -131 - input.value;
      case 'stall':
        return -151;
      case 'release':
        return -152;
      case 'receive':
      case 'reboot':
      case 'assign':
        return this.#otherNumber(JSON.stringify(input));
    }
  }

  #otherNumber(text: string): number {
    const known = this.#inputs.get(text);
    if (known !== undefined) return known;
    const number = -201 - this.#inputs.size;
    this.#inputs.set(text, number);
    return number;
  }
}
