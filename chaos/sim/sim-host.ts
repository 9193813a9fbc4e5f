/** The simulated `Host`. `exit` ends this life as a kill does and unwinds the stack that called it. */
import type { Host } from '../../src/ports/index.ts';
import { LifeEnded } from './life.ts';
import type { Life } from './life.ts';

export class SimHost implements Host {
  readonly #life: Life;
  readonly #bootId: string;
  readonly #onExit: (code: number, reason: string) => void;

  constructor(life: Life, bootId: string, onExit: (code: number, reason: string) => void) {
    this.#life = life;
    this.#bootId = bootId;
    this.#onExit = onExit;
  }

  bootId(): string {
    return this.#bootId;
  }

  /** Always the same: memory is not simulated. */
  residentBytes(): number {
    return 64 * 1024 * 1024;
  }

  /** One hundredth of the virtual time. */
  cpuSeconds(): number {
    return this.#life.scheduler.now / 100_000;
  }

  exit(code: number, reason: string): never {
    if (this.#life.alive) {
      this.#life.note('exit', code, 0, reason);
      this.#onExit(code, reason);
    }
    throw new LifeEnded(reason);
  }
}
