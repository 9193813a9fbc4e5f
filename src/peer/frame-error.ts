/**
 * Bytes from a peer that are not what the protocol allows, and the gates that find them: {@link FrameError} is thrown
 * while a frame is decoded, caught by the connection that brought it, and ends that connection, nothing else.
 */

/** `message` tells what is wrong, with the numbers. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** The gate for numbers: int64 fields above 2^53 arrive rounded, and none of ours gets there in 285 years. */
export function whole(value: number | null | undefined, what: string): number {
  const found = value ?? 0;
  if (!Number.isSafeInteger(found) || found < 0) throw new FrameError(`${what} is no whole number: ${found}`);
  return found;
}

/** The gate for names that must not be empty. */
export function named(value: string | null | undefined, what: string): string {
  const found = value ?? '';
  if (found.length === 0) throw new FrameError(`${what} is empty`);
  return found;
}

/** The gate for parts that must be there. */
export function given<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new FrameError(`${what} is missing`);
  return value;
}
