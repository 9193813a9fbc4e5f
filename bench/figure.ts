/** Figures: percentiles of what was measured, and how they are written. */

export interface Figure {
  readonly workload: string;
  readonly flush: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** How it was measured, where that is not the workload's default. */
  readonly note?: string;
}

/** The value below which `share` of the sorted `values` lie; NaN when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Three significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** Collects the figures of one workload under one flush setting. */
export class Figures {
  readonly all: Figure[] = [];
  readonly #workload: string;
  readonly #flush: string;
  readonly #onFigure: (figure: Figure) => void;

  constructor(workload: string, flush: string, onFigure: (figure: Figure) => void) {
    this.#workload = workload;
    this.#flush = flush;
    this.#onFigure = onFigure;
  }

  add(what: string, value: number, unit: string, note?: string): void {
    const figure = {
      workload: this.#workload,
      flush: this.#flush,
      what,
      value: rounded(value),
      unit,
      ...(note === undefined ? {} : { note }),
    };
    this.all.push(figure);
    this.#onFigure(figure);
  }

  /** p50, p90, p99, p99.9 and the greatest, in milliseconds. */
  latencies(what: string, milliseconds: readonly number[]): void {
    for (const [name, share] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
      ['p99.9', 0.999],
    ] as const) {
      this.add(`${what} ${name}`, percentile(milliseconds, share), 'ms');
    }
    this.add(`${what} max`, percentile(milliseconds, 1), 'ms');
  }
}

/** Figures as a table for people. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ workload, flush, what, value, unit, note }) => [
    workload,
    flush,
    what,
    `${value} ${unit}`,
    note ?? '',
  ]);
  const all = [['workload', 'flush', 'what', 'value', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
