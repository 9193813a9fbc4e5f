/**
 * The `Host` port: the process and the machine around a node.
 *
 * Real: `src/runtime/node-host.ts`. Simulated: `chaos/sim/sim-host.ts`.
 */
export interface Host {
  /**
   * Identity of this boot of the machine: the same after a process restart, different after a power loss. Empty when
   * unknown (then treat as another boot).
   */
  bootId(): string;
  /** Resident memory of the process in bytes. */
  residentBytes(): number;
  /** Seconds of CPU this process used (user and system). */
  cpuSeconds(): number;
  /** Ends the process at once (fail-stop). Never returns; in the simulator the incarnation's ports are poisoned. */
  exit(code: number, reason: string): never;
}
