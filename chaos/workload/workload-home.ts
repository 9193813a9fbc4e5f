/**
 * Where the clients of a workload live: a simulated cluster in virtual time, or the harness of real processes in real time.
 * Writers, readers and group members need no more of either.
 */
import type { ClientOptions, KafkaClient } from '../../src/client/index.ts';

export interface WorkloadHome {
  /** A client on a machine of its own, or with connections of its own; the home closes it. */
  client(name: string, options?: Partial<ClientOptions>): KafkaClient;
  /** Times are milliseconds, virtual or of this process. `fail` ends the run with that error. */
  readonly world: {
    now(): number;
    after(milliseconds: number, callback: () => void): unknown;
    fail(error: unknown): void;
  };
}
