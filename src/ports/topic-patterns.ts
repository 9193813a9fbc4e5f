/**
 * The `TopicPatterns` port: regular expressions of RE2, matched in time linear in the text, whatever the expression.
 *
 * Consumers send them to the broker (KIP-848), so no expression may take it long. Real: `src/runtime/node-patterns.ts`, which loads
 * the engine with the first expression. Simulated: `chaos/sim/sim-patterns.ts`, the same engine.
 */
export interface TopicPatterns {
  /** Tells of a name whether all of it matches; null when `pattern` is no expression of RE2. Never rejects. */
  compile(pattern: string): Promise<((name: string) => boolean) | null>;
}
