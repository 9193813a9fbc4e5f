/** A rig on one simulated machine. */
import { World } from '../../../chaos/sim/index.ts';
import type { Ports } from '../../../src/ports/index.ts';
import type { Rig } from '../../storage/rig.ts';

export async function simRig<Port>(seed: number, choose: (ports: Ports) => Port): Promise<Rig<Port>> {
  const world = new World({ seed });
  const ports = world.machine('a').ports();
  await world.complete(ports.disk.makeDirectory('/data'));
  return {
    port: choose(ports),
    directory: '/data',
    run: (body) => world.complete(body()),
    close: () => Promise.resolve(),
  };
}
