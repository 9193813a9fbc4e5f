/** A rig on the real file system: a fresh temporary directory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rig } from './rig.ts';

export async function temporaryRig<Port>(port: Port): Promise<Rig<Port>> {
  const directory = await mkdtemp(join(tmpdir(), 'flotilla-test-'));
  return {
    port,
    directory,
    run: (body) => body(),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
