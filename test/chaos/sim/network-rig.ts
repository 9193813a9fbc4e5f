/** Two machines of a world with one connection between them, for tests of the network. */
import { World } from '../../../chaos/sim/index.ts';
import type { Connection, ConnectionHandler, Ports } from '../../../src/ports/index.ts';

const PORT = 9000;

/** A client on machine `a` and a server on machine `b`, connected; what each side sees is in `seen`. */
export async function connected(seed: number) {
  const world = new World({ seed });
  const [a, b] = [world.machine('a'), world.machine('b')];
  const [clientPorts, serverPorts] = [a.ports(), b.ports()];
  const seen = { client: [] as string[], server: [] as string[] };
  const ends: Connection[] = [];
  const recorder = (side: 'client' | 'server'): ConnectionHandler => ({
    onData: (chunk) => void seen[side].push(chunk.toString()),
    onDrain: () => undefined,
    onClose: (reason) => void seen[side].push(`closed: ${reason}`),
  });
  const listen = (ports: Ports): Promise<unknown> =>
    ports.network.listen('b', PORT, (connection) => {
      ends[1] = connection;
      return recorder('server');
    });
  const connect = (): void => {
    const opened = (connection: Connection): ConnectionHandler => {
      ends[0] = connection;
      return recorder('client');
    };
    clientPorts.network.connect('b', PORT, opened, (reason) => seen.client.push(`failed: ${reason}`));
  };
  await world.complete(listen(serverPorts));
  connect();
  await world.run(() => ends[0] !== undefined && ends[1] !== undefined);
  const [client, server] = ends;
  if (client === undefined || server === undefined) throw new Error('not connected');
  return { world, a, b, client, server, ends, seen, listen, connect, network: world.network };
}

export function sent(text: string): readonly Uint8Array[] {
  return [Buffer.from(text)];
}
