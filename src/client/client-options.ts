/** What a client needs from outside, and how patient it is. */
import type { Clock, Network, Random } from '../ports/index.ts';
import type { Address } from './address.ts';

/** The ports of a client: real in the CLI, simulated in tests. */
export interface ClientPorts {
  readonly clock: Clock;
  readonly network: Network;
  readonly random: Random;
}

export interface ClientOptions {
  readonly bootstrap: readonly Address[];
  readonly clientId: string;
  /** Milliseconds for one answer of one node; default 10,000. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds for one connection; default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds over all retries of one call; default 30,000. */
  readonly callTimeoutMs?: number;
  /** By API name, where this client is to speak as an older one would. */
  readonly versionEnds?: ReadonlyMap<string, number>;
}

/** First and longest wait before something is tried again; grows by half each time, with jitter. */
export const BACKOFF_MIN_MS = 10;
export const BACKOFF_MAX_MS = 100;

/** Greatest answer that a client takes. */
export const ANSWER_BYTES_MAX = 256 << 20;
