/**
 * The simulated `LogSink`: lines are counted in the trace, and the last ones of each machine go into failure reports. A line is kept
 * as it was given and put together only when somebody reads it: nearly all are never read.
 */
import type { LogFields, LogLevel, LogSink } from '../../src/ports/index.ts';
import type { Life } from './life.ts';

/** Lines kept of a machine: at least so many, at most twice as many. */
const KEPT = 200;

interface Entry {
  readonly at: number;
  readonly life: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly own: LogFields;
  readonly fields: LogFields | undefined;
}

function textOf({ level, message, own, fields }: Omit<Entry, 'at' | 'life'>): string {
  const all = Object.entries({ ...own, ...fields }).map(([name, value]) => ` ${name}=${String(value)}`);
  return `${level} ${message}${all.join('')}`;
}

/** The last lines of one machine; they outlive its processes. */
export class MachineLog {
  #entries: Entry[] = [];
  /** Told of each line, for markers; must change nothing. */
  listener: ((message: string, fields: LogFields | undefined) => void) | null = null;

  /** Oldest first. */
  get lines(): readonly string[] {
    return this.#entries.slice(-KEPT).map((entry) => `${entry.at.toFixed(3)} ${entry.life} ${textOf(entry)}`);
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
  }
}

export class SimLogSink implements LogSink {
  readonly #life: Life;
  readonly #log: MachineLog;
  readonly #own: LogFields;

  constructor(life: Life, log: MachineLog, own: LogFields) {
    this.#life = life;
    this.#log = log;
    this.#own = own;
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    const life = this.#life;
    if (!life.alive) return;
    const entry = { at: life.scheduler.now, life: life.label, level, message, own: this.#own, fields };
    const { trace } = life.scheduler;
    if (trace.records) trace.describe(textOf(entry));
    life.note('log', 0, 0, message);
    this.#log.listener?.(message, fields);
    this.#log.add(entry);
  }

  child(fields: LogFields): LogSink {
    return new SimLogSink(this.#life, this.#log, { ...this.#own, ...fields });
  }
}
