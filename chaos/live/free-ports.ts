/** Ports on the loopback that nobody listens on, below those that connections are given. */
import { createServer } from 'node:net';
import type { Random } from '../../raft/index.ts';

const LOWEST = 12_000;
const HIGHEST = 31_000;

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `count` ports that are free now. Rejects when too few are. */
export async function freePorts(count: number, host: string, random: Random): Promise<readonly number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count && attempt < 50 * count; attempt += 1) {
    const port = LOWEST + random.below(HIGHEST - LOWEST);
    if (!found.has(port) && (await isFree(port, host))) found.add(port);
  }
  if (found.size < count) throw new Error(`${count} free ports wanted, ${found.size} found`);
  return [...found];
}
