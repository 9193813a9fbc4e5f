/**
 * Results as text: a table for people; json, yaml and jsonl for programs, all from one value.
 *
 * The JSON is the contract; the table shows the same facts and may change its looks.
 */
import { CliError, EXIT } from './exit-code.ts';

export const FORMATS = ['table', 'json', 'yaml', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

/** What a command has to say. */
export interface Shown {
  /** Plain JSON. */
  readonly value: unknown;
  /** For people. */
  readonly table: () => string;
  /** The lines of `jsonl`; absent: the command has no list. */
  readonly items?: readonly unknown[];
}

export type Cell = string | number | boolean | null | readonly number[];

function cellText(cell: Cell): string {
  if (cell === null) return '-';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'object') return cell.length === 0 ? '-' : cell.join(',');
  return String(cell);
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => row.map(cellText));
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const right = headers.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number' || row[column] === null),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        right[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(headers.map((header) => header.toUpperCase())), ...texts.map(line)].join('\n');
}

/** `name  value` lines. */
export function facts(pairs: readonly (readonly [string, Cell])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}`.trimEnd()).join('\n');
}

/** 1536 → `1.5 KiB`. */
export function bytesText(bytes: number | null): string {
  if (bytes === null) return '-';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ''}`;
}

/** `1 replica`, `2 replicas`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The text of a result, with a line end; empty for an empty list of lines. */
export async function render(shown: Shown, format: Format): Promise<string> {
  switch (format) {
    case 'table': {
      const text = shown.table();
      return text === '' ? '' : `${text}\n`;
    }
    case 'json':
      return `${JSON.stringify(shown.value)}\n`;
    case 'yaml': {
      // The default export: a bundled CommonJS package has no other.
      return (await import('yaml')).default.stringify(shown.value);
    }
    case 'jsonl':
      if (shown.items === undefined) throw new CliError(EXIT.usage, 'this command has no list of lines: use -o json');
      return shown.items.map((item) => `${JSON.stringify(item)}\n`).join('');
  }
}
