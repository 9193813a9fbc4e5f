/** The real network keeps the contract over loopback sockets. */
import { expect, test } from 'vitest';
import { NodeNetwork } from '../../src/runtime/node-network.ts';
import { temporaryRig } from '../storage/temporary-rig.ts';
import { networkContract } from './network-contract.ts';

const network = new NodeNetwork((message) => {
  throw new Error(message);
});

networkContract('loopback sockets', () => temporaryRig(network));

test('an address that is not ours can not be listened at', async () => {
  const listening = network.listen('192.0.2.1', 0, () => {
    throw new Error('nobody can have connected');
  });
  await expect(listening).rejects.toMatchObject({ name: 'ListenError', kind: 'unavailable' });
});
