/** The simulated ports keep the same contracts as the real ones, under several seeds. */
import { diskContract } from '../../storage/disk-contract.ts';
import { keyValueContract } from '../../storage/key-value-contract.ts';
import { networkContract } from '../../runtime/network-contract.ts';
import { simRig } from './sim-rig.ts';

for (const seed of [1, 2, 3]) {
  diskContract(`simulated, seed ${seed}`, () => simRig(seed, (ports) => ports.disk));
  keyValueContract(`simulated, seed ${seed}`, () => simRig(seed, (ports) => ports.keyValues));
  networkContract(`simulated, seed ${seed}`, () => simRig(seed, (ports) => ports.network));
}
