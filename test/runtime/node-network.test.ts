/** The real network keeps the contract over loopback sockets. */
import { expect, test } from 'vitest';
import { NodeNetwork } from '../../src/runtime/node-network.ts';
import type { Connection, ConnectionHandler } from '../../src/ports/index.ts';
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

test('what comes in over all connections is counted once, from the wish on', async () => {
  const own = new NodeNetwork(() => undefined);
  const arrivals: number[] = [];
  let told = 0;
  const open: { destroy(): void }[] = [];
  const quiet = { onData: () => undefined, onDrain: () => undefined, onClose: () => undefined };
  const allCame = new Promise<void>((resolve) => {
    const onData = (chunk: Buffer): void => {
      arrivals.push(chunk.length);
      if (arrivals.reduce((sum, bytes) => sum + bytes, 0) === 300) resolve();
    };
    own.afterReceiving(200, () => (told += 1));
    void own
      .listen('127.0.0.1', 0, () => ({ ...quiet, onData }))
      .then((listener) => {
        for (const bytes of [150, 150]) {
          const opened = (connection: Connection): ConnectionHandler => {
            open.push(connection);
            connection.write([Buffer.alloc(bytes)]);
            return { ...quiet, onData: () => undefined };
          };
          own.connect('127.0.0.1', listener.port, opened, (reason) => expect(reason).toBe('never'));
        }
      });
  });
  await allCame;
  expect(told).toBe(1);
  for (const each of open) each.destroy();
});
