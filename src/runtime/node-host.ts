/** The real `Host`: this process and the machine that it runs on. */
import { readFileSync } from 'node:fs';
import type { Host } from '../ports/index.ts';

const BOOT_ID_PATH = '/proc/sys/kernel/random/boot_id';

export class NodeHost implements Host {
  readonly #lastWords: (code: number, reason: string) => void;
  readonly #bootId: string;

  /** @param lastWords called before the process ends by {@link exit}; must finish what it writes before it returns */
  constructor(lastWords: (code: number, reason: string) => void) {
    this.#lastWords = lastWords;
    this.#bootId = readBootId();
  }

  bootId(): string {
    return this.#bootId;
  }

  residentBytes(): number {
    return process.memoryUsage.rss();
  }

  cpuSeconds(): number {
    const usage = process.cpuUsage();
    return (usage.user + usage.system) / 1e6;
  }

  exit(code: number, reason: string): never {
    this.#lastWords(code, reason);
    process.exit(code);
  }
}

/** Linux tells which boot this is; elsewhere it is unknown, and every restart counts as another boot. */
function readBootId(): string {
  try {
    return readFileSync(BOOT_ID_PATH, 'utf8').trim();
  } catch {
    // Absent outside Linux and in some sandboxes. The empty string means unknown, which is always safe.
    return '';
  }
}
