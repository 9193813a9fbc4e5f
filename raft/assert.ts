/**
 * Assertions: always on, never caught.
 *
 * A failed assertion is a bug in this program, never bad input: bytes from outside are checked at the
 * gate by `invalidX()` functions that return a reason. The process dies and the next start recovers
 * from what is really on disk, because going on from an impossible state is how records get lost.
 */

/** Thrown by {@link assert} and {@link unreachable}. Nothing in the product catches it but `main`. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Dies unless `condition` holds.
 *
 * @param condition one condition; split conjunctions into two calls so that the message tells which failed
 * @param message what was expected, with the numbers; a function when building it costs something on a hot path
 */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionError(typeof message === 'string' ? message : message());
}

/** For the place after an exhaustive switch: a value of type `never` reached it. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}

/** Returns `value`, which must be neither `null` nor `undefined`. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new AssertionError(`${what} is absent`);
  return value;
}
