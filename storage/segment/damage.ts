/**
 * Damage found in a file below the durable point: the exact place, and why.
 */
export class DamageError extends Error {
  override readonly name = 'DamageError';
  readonly path: string;
  /** Byte in the file; null when the whole file is missing. */
  readonly position: number | null;
  readonly reason: string;

  constructor(path: string, position: number | null, reason: string) {
    super(position === null ? `${path}: ${reason}` : `${path} at byte ${position}: ${reason}`);
    this.path = path;
    this.position = position;
    this.reason = reason;
  }
}
