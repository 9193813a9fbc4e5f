/**
 * The real `TopicPatterns`: re2js, a port of RE2 to JavaScript, loaded with the first expression (its 260 KB are nothing for the
 * start). A process that has no file handle left cannot load it: who asks waits until it can.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { TopicPatterns } from '../ports/index.ts';
import { compilePattern } from './compile-pattern.ts';

type Engine = Parameters<typeof compilePattern>[0];

const AGAIN_MS = 500;

async function importEngine(): Promise<Engine> {
  return (await import('re2js')).RE2JS;
}

export class NodePatterns implements TopicPatterns {
  readonly #load: () => Promise<Engine>;
  readonly #againMs: number;

  /** @param againMs pause between two attempts to load it, in milliseconds */
  constructor(load: () => Promise<Engine> = importEngine, againMs = AGAIN_MS) {
    this.#load = load;
    this.#againMs = againMs;
  }

  async compile(pattern: string): Promise<((name: string) => boolean) | null> {
    return compilePattern(await this.#engine(), pattern);
  }

  async #engine(): Promise<Engine> {
    for (;;) {
      try {
        return await this.#load();
      } catch {
        await pause(this.#againMs, undefined, { ref: false });
      }
    }
  }
}
