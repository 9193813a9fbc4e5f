/**
 * The real `LogSink`: winston, loaded only when the node has time for it.
 *
 *   log ──▶ level check ──▶ before `load`: kept (bounded)   after: winston ──▶ stream   it cannot be loaded: stream
 *
 * winston costs 40 ms at start, so `main` calls `load` once the node is ready; until then lines wait.
 * `flush` writes at once what still waits: for the last words of a process that ends early. A process that has no file
 * handle left cannot load anything: its lines go to the stream as they are, since a log must not end a node.
 */
import type winston from 'winston';
import type { Logger } from 'winston';
import type { LogFields, LogLevel, LogSink } from '../ports/index.ts';
import { formatLogLine } from './log-line.ts';
import type { LogFormat, LogLine } from './log-line.ts';

type Winston = Pick<typeof winston, 'createLogger' | 'format' | 'transports'>;

/** Severity, most severe first. */
const severity: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };
/** Lines kept before winston is there; what is beyond is counted and dropped. */
const WAITING_MAX = 2000;

export interface NodeLogOptions {
  /** The least severe level that is written. */
  readonly level: LogLevel;
  /** `auto`: human on a terminal, JSON otherwise. */
  readonly format: LogFormat | 'auto';
  /** Where lines go; process.stderr in the node. */
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** What a sink and its children share. */
class Lines {
  readonly threshold: number;
  readonly #stream: NodeLogOptions['stream'];
  readonly #format: LogFormat;
  readonly #colour: boolean;
  #waiting: LogLine[] = [];
  #dropped = 0;
  #logger: Logger | null = null;
  #isPlain = false;

  constructor(options: NodeLogOptions) {
    const terminal = options.stream.isTTY === true;
    this.threshold = severity[options.level];
    this.#stream = options.stream;
    this.#format = options.format === 'auto' ? (terminal ? 'human' : 'json') : options.format;
    this.#colour = terminal && process.env['NO_COLOR'] === undefined;
  }

  take(line: LogLine): void {
    if (this.#logger !== null) this.#write(this.#logger, line);
    else if (this.#isPlain) this.#writePlain(line);
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(line);
    else this.#dropped += 1;
  }

  async load(importing: () => Promise<Winston>): Promise<void> {
    if (this.#logger !== null) return;
    let loaded: Winston;
    try {
      loaded = await importing();
    } catch (error) {
      this.#isPlain = true;
      this.flush();
      const message = 'winston cannot be loaded; lines are written as they are';
      const fields = { error: error instanceof Error ? error.message : String(error) };
      this.take({ time: Date.now(), level: 'warn', message, fields });
      return;
    }
    const { createLogger, format, transports } = loaded;
    const logger = createLogger({
      levels: severity,
      level: 'debug',
      format: format.printf((info) => String(info.message)),
      transports: [new transports.Stream({ stream: this.#stream })],
    });
    this.#logger = logger;
    for (const line of this.#takeWaiting()) this.#write(logger, line);
  }

  flush(): void {
    for (const line of this.#takeWaiting()) this.#writePlain(line);
  }

  #takeWaiting(): LogLine[] {
    const lines = this.#waiting;
    if (this.#dropped > 0) {
      const fields = { lines: this.#dropped };
      lines.push({ time: Date.now(), level: 'warn', message: 'log lines dropped before the log was loaded', fields });
    }
    this.#waiting = [];
    this.#dropped = 0;
    return lines;
  }

  #writePlain(line: LogLine): void {
    this.#stream.write(`${this.#text(line)}\n`);
  }

  #write(logger: Logger, line: LogLine): void {
    logger.log(line.level, this.#text(line));
  }

  #text(line: LogLine): string {
    return formatLogLine(line, this.#format, this.#colour);
  }
}

async function importWinston(): Promise<Winston> {
  // The default export: a bundled CommonJS package has no other.
  return (await import('winston')).default;
}

export class NodeLog implements LogSink {
  readonly #lines: Lines;
  readonly #fields: LogFields;

  private constructor(lines: Lines, fields: LogFields) {
    this.#lines = lines;
    this.#fields = fields;
  }

  /** A sink that keeps its lines until {@link load}. */
  static open(options: NodeLogOptions): NodeLog {
    return new NodeLog(new Lines(options), {});
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    if (severity[level] > this.#lines.threshold) return;
    const all = fields === undefined ? this.#fields : { ...this.#fields, ...fields };
    this.#lines.take({ time: Date.now(), level, message, fields: all });
  }

  child(fields: LogFields): LogSink {
    return new NodeLog(this.#lines, { ...this.#fields, ...fields });
  }

  /** Loads winston and writes what has waited; without it when it cannot be loaded. Never rejects. */
  load(importing: () => Promise<Winston> = importWinston): Promise<void> {
    return this.#lines.load(importing);
  }

  /** Writes what has waited, without winston; for the end of a process. */
  flush(): void {
    this.#lines.flush();
  }
}
