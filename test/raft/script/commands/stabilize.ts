/** `stabilize [quiet]`: flush and deliver until nothing moves. */
import type { Session } from '../session.ts';

export function stabilize(session: Session, [mode = '']: readonly string[]): void {
  session.stabilize();
  if (mode === 'quiet') session.take();
}
