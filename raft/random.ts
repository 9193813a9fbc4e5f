/**
 * The `Random` port: every random choice of a node comes from here.
 *
 * Seeded and forked per node and restart, so that one seed is one run (design: determinism). The core
 * draws its election jitter from it; nothing in the tree may use `Math.random` or `crypto.random*`.
 */
export interface Random {
  /** A whole number, 0 ≤ n < `bound`. `bound` ≥ 1, at most 2^32. */
  below(bound: number): number;
  /** A fraction, 0 ≤ x < 1. */
  fraction(): number;
  /** `length` fresh bytes, owned by the caller. */
  bytes(length: number): Uint8Array;
  /**
   * An independent stream that depends only on this stream's seed and `label`; drawing from one never moves the
   * other.
   */
  fork(label: string): Random;
}
