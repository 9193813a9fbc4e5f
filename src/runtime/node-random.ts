/** The real `Random`: the seeded generator, with a seed from the operating system. */
import { closeSync, openSync, readSync } from 'node:fs';
import { seededRandom } from '../../raft/index.ts';
import type { Random } from '../ports/index.ts';

const SEED_BYTES = 32;

/** A generator that no other process repeats. Not for secrets: take those from the operating system. */
export function nodeRandom(): Random {
  return seededRandom(systemSeed().toString('hex'));
}

/** What node:crypto would give, without loading it: that takes 5 ms of a start. */
function systemSeed(): Buffer {
  const seed = Buffer.alloc(SEED_BYTES);
  try {
    const file = openSync('/dev/urandom', 'r');
    try {
      if (readSync(file, seed, 0, SEED_BYTES, null) === SEED_BYTES) return seed;
    } finally {
      closeSync(file);
    }
  } catch {
    // No such device here.
  }
  return process.getBuiltinModule('node:crypto').randomBytes(SEED_BYTES);
}
