/**
 * The trace of a run: every operation of every port, folded into one hash.
 *
 * Two runs of one seed must end with the same hash; the first difference is where something unseeded got in.
 * Feeding it costs a few multiplications, so it is always on. With `record` each event is kept as a line as
 * well, for finding that first difference; without it only the last {@link TAIL} events are kept, as numbers.
 */

/** What happened. The numbers are part of the hash: append, never renumber. */
export const traceKinds = [
  'event',
  'timer',
  'defer',
  'random',
  'disk-open',
  'disk-write',
  'disk-read',
  'disk-datasync',
  'disk-truncate',
  'disk-close',
  'disk-entry',
  'disk-sync-directory',
  'disk-fault',
  'kv-open',
  'kv-get',
  'kv-range',
  'kv-apply',
  'kv-close',
  'net-listen',
  'net-connect',
  'net-open',
  'net-send',
  'net-deliver',
  'net-close',
  'net-link',
  'log',
  'exit',
  'kill',
  'power-loss',
  'pause',
  'resume',
  'note',
] as const;
export type TraceKind = (typeof traceKinds)[number];

const codes: ReadonlyMap<TraceKind, number> = new Map(traceKinds.map((kind, code) => [kind, code + 1]));

/** Events kept for a failure report. */
const TAIL = 64;
const FIELDS = 6;

export class Trace {
  #first = 0x2545f491;
  #second = 0x7f4a7c15;
  #count = 0;
  readonly #split = new Float64Array(1);
  readonly #words = new Uint32Array(this.#split.buffer);
  readonly #tail = new Float64Array(TAIL * FIELDS);
  readonly #lines: string[] | null;
  #description: string | null = null;

  constructor(record: boolean) {
    this.#lines = record ? [] : null;
  }

  /** How many events there were. */
  get count(): number {
    return this.#count;
  }

  /** Whether every event is kept as text. */
  get records(): boolean {
    return this.#lines !== null;
  }

  /** The recorded line of the next event ends with `text` in place of its own; the hash does not know. */
  describe(text: string): void {
    this.#description = text;
  }

  /**
   * Folds one event in.
   *
   * @param at virtual milliseconds
   * @param machine index of the machine, -1 for the world itself
   * @param text mixed into the hash and shown in recorded lines
   */
  add(kind: TraceKind, at: number, machine: number, a: number, b: number, text?: string): void {
    const code = codes.get(kind) ?? 0;
    const slot = (this.#count % TAIL) * FIELDS;
    this.#tail[slot] = code;
    this.#tail[slot + 1] = at;
    this.#tail[slot + 2] = machine;
    this.#tail[slot + 3] = a;
    this.#tail[slot + 4] = b;
    this.#count += 1;
    this.#mix(code * 64 + machine);
    this.#number(at);
    this.#number(a);
    this.#number(b);
    if (text !== undefined) this.#text(text);
    if (this.#lines !== null) {
      const shown = this.#description ?? text;
      this.#description = null;
      this.#lines.push(`${at.toFixed(3)} ${kind} m${machine} ${a} ${b}${shown === undefined ? '' : ` ${shown}`}`);
    }
  }

  /** The hash so far: 16 hex digits. */
  hash(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#first ^ this.#count) + hex(this.#second);
  }

  /** All lines; empty unless recording. */
  lines(): readonly string[] {
    return this.#lines ?? [];
  }

  /** The last events, oldest first. */
  tail(): readonly string[] {
    const lines: string[] = [];
    for (let index = Math.max(0, this.#count - TAIL); index < this.#count; index += 1) {
      const slot = (index % TAIL) * FIELDS;
      const kind = traceKinds[(this.#tail[slot] ?? 0) - 1] ?? 'event';
      const at = this.#tail[slot + 1] ?? 0;
      lines.push(`${at.toFixed(3)} ${kind} m${this.#tail[slot + 2]} ${this.#tail[slot + 3]} ${this.#tail[slot + 4]}`);
    }
    return lines;
  }

  #number(value: number): void {
    this.#split[0] = value;
    this.#mix(this.#words[0] ?? 0);
    this.#mix(this.#words[1] ?? 0);
  }

  #text(text: string): void {
    for (let index = 0; index < text.length; index += 1) this.#mix(text.charCodeAt(index));
  }

  #mix(word: number): void {
    const first = Math.imul(this.#first ^ word, 0x85ebca6b);
    this.#first = first ^ (first >>> 15);
    const second = Math.imul(this.#second + word, 0x9e3779b1);
    this.#second = second ^ (second >>> 13);
  }
}

/** How many bytes of each end a fingerprint looks at. */
const LOOKED_AT = 16;

/**
 * A number from the length, the ends and a few bytes between, for the trace: two runs that part do so in what is said, not in one
 * bit of a payload, and a call of the real CRC costs more than most messages.
 */
export function fingerprint(bytes: Uint8Array): number {
  const { length } = bytes;
  let sum = length;
  if (length <= 2 * LOOKED_AT) {
    for (let index = 0; index < length; index += 1) sum = Math.imul(sum ^ (bytes[index] ?? 0), 0x9e3779b1);
    return sum >>> 0;
  }
  const step = Math.max(1, Math.floor((length - 2 * LOOKED_AT) / LOOKED_AT));
  for (let index = 0; index < LOOKED_AT; index += 1) {
    const ends = ((bytes[index] ?? 0) << 16) | ((bytes[length - 1 - index] ?? 0) << 8);
    sum = Math.imul(sum ^ ends ^ (bytes[LOOKED_AT + index * step] ?? 0), 0x9e3779b1);
  }
  return sum >>> 0;
}

/** Whether `buffers`, one after the other, are `data`; what lies before `from` is not looked at. */
export function sameBytes(buffers: readonly Uint8Array[], data: Uint8Array, from = 0): boolean {
  let position = 0;
  for (const buffer of buffers) {
    const end = position + buffer.length;
    const start = Math.min(end, Math.max(position, from));
    if (Buffer.compare(buffer.subarray(start - position), data.subarray(start, end)) !== 0) return false;
    position = end;
  }
  return position === data.length;
}
