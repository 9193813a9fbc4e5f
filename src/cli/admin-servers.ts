/**
 * Asking the admin servers of nodes, some of which may be silent: stopped, frozen, or behind a firewall.
 *
 * ```
 *  get          that one; waits as long as the command may take
 *  getOrNull    that one, when it answers in a moment; at once null when it was silent lately
 *  first        several that could all answer: the next when one is silent for a while
 * ```
 */
import { hedge, HEDGE_MS, Silences } from '../client/index.ts';
import type { Clock } from '../ports/index.ts';
import { millis } from '../../raft/index.ts';
import { CliError } from './exit-code.ts';

/** Asks an admin server: JSON of a path. Rejects with {@link CliError} when it does not answer with 200. */
export type AdminGet = (address: string, path: string) => Promise<unknown>;

/** As {@link AdminGet}, for what changes something: `confirm` says what is meant. */
export type AdminPost = (address: string, path: string, confirm: string) => Promise<unknown>;

/** A node that lives answers within this even from another continent, and a command still ends within a second. */
const ANSWER_MS = millis(700);

export class AdminServers {
  readonly get: AdminGet;
  readonly #clock: Clock;
  readonly #silences: Silences;

  constructor(get: AdminGet, clock: Clock) {
    this.get = get;
    this.#clock = clock;
    this.#silences = new Silences(clock);
  }

  /** It was asked lately and did not answer; one that refused is not silent. */
  isSilent(address: string): boolean {
    return this.#silences.has(address);
  }

  /** Null when the node cannot be asked, or does not answer in a moment. */
  getOrNull(address: string, path: string): Promise<unknown> {
    if (this.isSilent(address)) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimer(ANSWER_MS, () => {
        this.#silences.note(address);
        resolve(null);
      });
      this.#ask(address, path).then(
        (answer) => {
          timer.cancel();
          resolve(answer);
        },
        (error: unknown) => {
          timer.cancel();
          if (error instanceof CliError) resolve(null);
          else reject(error);
        },
      );
    });
  }

  /** Rejects with the first failure when all fail; null: there was nobody to ask. */
  async first(addresses: readonly string[], path: string): Promise<unknown> {
    const order = this.#silences.last(addresses, (address) => address);
    const hedged = await hedge(order, (address) => this.#ask(address, path), {
      clock: this.#clock,
      patienceMs: HEDGE_MS,
      isFinal: (error) => !(error instanceof CliError),
    });
    if (hedged.kind === 'answered') {
      for (const address of hedged.silent) this.#silences.note(address);
      return hedged.answer;
    }
    const failure = hedged.failures.find((error) => error instanceof CliError);
    if (failure === undefined) return null;
    throw failure;
  }

  async #ask(address: string, path: string): Promise<unknown> {
    const answer = await this.get(address, path);
    this.#silences.end(address);
    return answer;
  }
}
