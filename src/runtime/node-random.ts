/** The real `Random`: the seeded generator, with a seed from the operating system. */
import { randomBytes } from 'node:crypto';
import { seededRandom } from '../../raft/index.ts';
import type { Random } from '../ports/index.ts';

/** A generator that no other process repeats. Not for secrets: take those from the operating system. */
export function nodeRandom(): Random {
  return seededRandom(randomBytes(32).toString('hex'));
}
