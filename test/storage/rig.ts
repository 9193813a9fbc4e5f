/** What a contract suite needs to run one body against a real port and against a simulated one. */
export interface Rig<Port> {
  readonly port: Port;
  /** An absolute directory that exists and is empty. */
  readonly directory: string;
  /** Runs `body` to its end, moving virtual time where time is virtual. */
  run<T>(body: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
