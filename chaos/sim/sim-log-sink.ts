/** The simulated `LogSink`: lines go into the trace, and the last ones of each machine into failure reports. */
import type { LogFields, LogLevel, LogSink } from '../../src/ports/index.ts';
import type { Life } from './life.ts';

const KEPT = 200;

/** The last lines of one machine; they outlive its processes. */
export class MachineLog {
  /** Oldest first. */
  readonly lines: string[] = [];

  add(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT) this.lines.shift();
  }
}

export class SimLogSink implements LogSink {
  readonly #life: Life;
  readonly #log: MachineLog;
  readonly #fields: LogFields;

  constructor(life: Life, log: MachineLog, fields: LogFields) {
    this.#life = life;
    this.#log = log;
    this.#fields = fields;
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    if (!this.#life.alive) return;
    const all = Object.entries({ ...this.#fields, ...fields }).map(([name, value]) => ` ${name}=${String(value)}`);
    const line = `${level} ${message}${all.join('')}`;
    this.#life.note('log', 0, 0, line);
    this.#log.add(`${this.#life.scheduler.now.toFixed(3)} ${this.#life.label} ${line}`);
  }

  child(fields: LogFields): LogSink {
    return new SimLogSink(this.#life, this.#log, { ...this.#fields, ...fields });
  }
}
