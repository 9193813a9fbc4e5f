/** Ports that nobody listens on, for clusters of real processes that may run beside each other. */
import { createServer } from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 31_000;
/** `up` takes its kafka, peer and admin ports at these distances from the base port, one a node. */
const DISTANCES = [0, 100, 552] as const;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A base port for `--base-port`: all ports that `nodes` nodes take from it are free now. */
export async function freeBasePort(nodes: number): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const base = LOWEST + Math.floor((Math.random() * (HIGHEST - LOWEST)) / 10) * 10;
    const ports = DISTANCES.flatMap((distance) => Array.from({ length: nodes }, (_, node) => base + distance + node));
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free ports');
}
