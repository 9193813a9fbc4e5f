/**
 * What a live run tells: a line per fault on the way, a line per round, a verdict; or, for programs, one line of JSON at the end.
 */
import type { LiveShape } from './live-shape.ts';
import type { RoundResult } from './round.ts';

interface Found {
  readonly text: string;
  readonly directory: string;
}

export class LiveReport {
  readonly #output: 'text' | 'json';
  readonly #write: (text: string) => void;
  readonly #faults = new Map<string, number>();
  readonly #violations: Found[] = [];
  readonly #began = process.cpuUsage();
  #broken: Found | null = null;
  #rounds = 0;
  #acked = 0;
  #lost = 0;

  constructor(output: 'text' | 'json', write: (text: string) => void) {
    this.#output = output;
    this.#write = write;
  }

  /** Nothing was found so far, and the harness works. */
  get sound(): boolean {
    return this.#violations.length === 0 && this.#broken === null;
  }

  line(text: string): void {
    if (this.#output === 'text') this.#write(`${text}\n`);
  }

  detail(text: string): void {
    this.line(`  ${text}`);
  }

  begin(round: number, { nodes, program, flush, nodeFaults, linkFaults, padding, kafkajs }: LiveShape): void {
    const faults = [...nodeFaults, ...linkFaults].join(' ');
    const with_ = kafkajs ? ', with kafkajs' : '';
    this.line(`round ${round}: ${nodes} nodes (${program}), flush=${flush}, padding ${padding}${with_}; ${faults}`);
  }

  end({ faults, acked, read, lost, violation, broken }: RoundResult, directory: string): void {
    this.#rounds += 1;
    this.#acked += acked;
    this.#lost += lost;
    let count = 0;
    for (const [kind, times] of faults) {
      this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + times);
      count += times;
    }
    if (violation !== null) this.#violations.push({ text: violation, directory });
    if (broken !== null) this.#broken = { text: broken, directory };
    this.line(`  ${acked} acknowledged, ${read} read, ${lost} lost, ${count} faults`);
  }

  /** The last words, and the exit code. */
  verdict(command: string, stopped: boolean): number {
    const { user, system } = process.cpuUsage(this.#began);
    const faults = Object.fromEntries([...this.#faults].sort(([left], [right]) => (left < right ? -1 : 1)));
    const counts = {
      seeds: this.#rounds,
      simulatedHours: 0,
      coreSeconds: Math.round((user + system) / 1e5) / 10,
      faults,
      markersReached: 0,
      markersTotal: 0,
      violations: this.#violations.map(({ text, directory }) => ({ violation: text, directory })),
      acknowledged: this.#acked,
      lost: this.#lost,
    };
    if (this.#output === 'json') this.#write(`${JSON.stringify(counts)}\n`);
    else {
      const done = Object.entries(faults).map(([kind, times]) => `${kind} ${times}`);
      this.line(`${this.#rounds} rounds${stopped ? ' (stopped)' : ''}, faults: ${done.join(', ')}`);
      this.line(`${this.#acked} records acknowledged, ${this.#lost} lost`);
    }
    for (const { text, directory } of this.#violations)
      this.line(`VIOLATION ${text}\nkept: ${directory} (history.json, faults.log, data, logs)\nagain: ${command}`);
    if (this.#broken !== null) {
      const { text, directory } = this.#broken;
      if (this.#output === 'json') process.stderr.write(`the harness failed: ${text}\n`);
      this.line(`the harness failed: ${text}\nkept: ${directory}`);
      return 2;
    }
    if (this.#violations.length === 0) this.line('nothing found');
    return this.#violations.length === 0 ? 0 : 1;
  }
}
