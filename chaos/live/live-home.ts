/**
 * The home of a workload in real time: clients on real sockets that reach the nodes through the proxies, and this process's
 * clock.
 */
import type { Random } from '../../raft/index.ts';
import { KafkaClient } from '../../src/client/index.ts';
import type { Address, ClientOptions } from '../../src/client/index.ts';
import type { Network } from '../../src/ports/index.ts';
import { NodeClock, NodeNetwork } from '../../src/runtime/index.ts';
import type { WorkloadHome } from '../workload/index.ts';

/** How patient clients are; a life of a node is shorter than in the field. */
const CLIENT = { requestTimeoutMs: 3000, connectTimeoutMs: 1000, callTimeoutMs: 30_000 };

export class LiveHome implements WorkloadHome {
  readonly #bootstrap: readonly Address[];
  readonly #network: Network;
  readonly #random: Random;
  readonly #clock = new NodeClock();
  readonly #clients: KafkaClient[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #began = performance.now();
  #failure: { readonly error: unknown } | null = null;

  /** @param proxied where a client finds what listens at that port of a node */
  constructor(bootstrap: readonly Address[], proxied: (port: number) => number, random: Random) {
    this.#bootstrap = bootstrap;
    this.#random = random;
    const network = new NodeNetwork(() => undefined);
    this.#network = {
      listen: (host, port, accept) => network.listen(host, port, accept),
      connect: (host, port, opened, failed) => network.connect(host, proxied(port), opened, failed),
    };
  }

  /** What ended the run; null: nothing yet. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure;
  }

  readonly world = {
    now: (): number => performance.now() - this.#began,
    after: (milliseconds: number, callback: () => void): void => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        callback();
      }, milliseconds);
      this.#timers.add(timer);
    },
    fail: (error: unknown): void => {
      this.#failure ??= { error };
    },
  };

  client(name: string, options: Partial<ClientOptions> = {}): KafkaClient {
    const ports = { clock: this.#clock, network: this.#network, random: this.#random.fork(name) };
    const client = new KafkaClient(ports, { ...CLIENT, bootstrap: this.#bootstrap, clientId: name, ...options });
    this.#clients.push(client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.splice(0)) client.close();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** Lets real time pass. */
export function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A poll that took longer was stopped together with the rest of the machine: that time does not count. */
const STEP_MAX_MS = 500;

/** Looks again and again until it holds; false when it did not in time. */
export async function eventually(holds: () => boolean | Promise<boolean>, milliseconds: number): Promise<boolean> {
  let left = milliseconds;
  for (let last = performance.now(); ;) {
    if (await holds()) return true;
    await pass(20);
    const now = performance.now();
    left -= Math.min(STEP_MAX_MS, now - last);
    last = now;
    if (left <= 0) return false;
  }
}
