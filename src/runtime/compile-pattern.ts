/**
 * An expression compiled by re2js, as `TopicPatterns` promises it. The engine is an argument: who calls says when it is loaded.
 */
import type { RE2JS } from 're2js';

/** Instructions of a compiled expression: a match costs at most so many steps a character. */
const PROGRAM_MAX = 4_096;

/** Null when `pattern` is no expression of RE2, or one that compiles to more than {@link PROGRAM_MAX} instructions. */
export function compilePattern(engine: typeof RE2JS, pattern: string): ((name: string) => boolean) | null {
  let compiled: RE2JS;
  try {
    compiled = engine.compile(pattern);
  } catch {
    // Whatever the engine says: it comes from a client, and there is no other answer than that it does not do.
    return null;
  }
  return compiled.programSize() > PROGRAM_MAX ? null : (name) => compiled.matches(name);
}
