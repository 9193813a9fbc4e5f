/**
 * One log line as text, for people or for machines.
 *
 *   human  12:34:56.789 INFO  topic created  topic=orders partitions=6
 *   json   {"time":"2026-01-02T03:04:05.678Z","level":"info","message":"topic created","topic":"orders","partitions":6}
 *
 * Field values may come from outside: control characters are escaped in both forms, so that a client's name
 * can forge no line and move no cursor.
 */
import type { LogFields, LogLevel } from '../ports/index.ts';

export type LogFormat = 'human' | 'json';

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

const colours: Readonly<Record<LogLevel, string>> = {
  error: '\u001b[31m',
  warn: '\u001b[33m',
  info: '\u001b[36m',
  debug: '\u001b[90m',
};
const RESET = '\u001b[0m';
/** Values that need no quotes. */
const PLAIN = /^[\w.:/@+-]+$/;
// Escapes, deletes and the C1 controls; JSON leaves the latter as they are.
const UNSAFE = /[\u007f-\u009f\u2028\u2029]/g;

function escaped(text: string): string {
  return JSON.stringify(text).replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The line without a line end. `colour` is for terminals and only for the human form. */
export function formatLogLine(line: LogLine, format: LogFormat, colour: boolean): string {
  const time = new Date(line.time).toISOString();
  if (format === 'json') {
    const { time: _time, level: _level, message: _message, ...fields } = line.fields;
    const text = JSON.stringify({ time, level: line.level, message: line.message, ...fields });
    return text.replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  }
  const level = line.level.toUpperCase().padEnd(5);
  const shown = colour ? `${colours[line.level]}${level}${RESET}` : level;
  const fields = Object.entries(line.fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  return [`${time.slice(11, 23)} ${shown} ${line.message}`, ...(fields.length === 0 ? [] : [fields.join(' ')])].join(
    '  ',
  );
}

function fieldText(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value);
  return PLAIN.test(value) ? value : escaped(value);
}
