/**
 * The real `HttpPort`: node:http behind a plain listener.
 *
 *   node:net listens at once ── first connection ──▶ node:http is loaded and given this connection and all later ones
 *
 * node:http costs 9 ms and 2 MiB, which nobody who never asks has to pay, least of all the start of a node.
 */
import { createServer as createListener } from 'node:net';
import type { Socket } from 'node:net';
import type { Server } from 'node:http';
import type { HttpAnswerer, HttpListener, HttpPort } from '../admin/index.ts';
import { listenError } from './node-network.ts';

const CONNECTIONS_MAX = 100;
const REQUEST_TIMEOUT_MS = 10_000;

async function makeServer(answer: HttpAnswerer): Promise<Server> {
  const { createServer } = await import('node:http');
  const options = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: 8192 };
  return createServer(options, (request, response) => {
    // Nothing here has a body: what comes is dropped.
    request.resume();
    const confirm = request.headers['flotilla-confirm'];
    const asked = {
      method: request.method ?? '',
      target: request.url ?? '',
      confirm: typeof confirm === 'string' ? confirm : null,
    };
    void Promise.resolve(answer(asked)).then(({ status, contentType, body, headers }) => {
      response.writeHead(status, {
        'content-type': contentType,
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
        ...headers,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  });
}

export class NodeHttp implements HttpPort {
  listen(host: string, port: number, answer: HttpAnswerer): Promise<HttpListener> {
    let loading: Promise<Server> | null = null;
    const sockets = new Set<Socket>();
    const take = (socket: Socket): void => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
      loading ??= makeServer(answer);
      loading.then(
        (server) => server.emit('connection', socket),
        // No file handle is left to load it with: the next connection tries again.
        () => {
          loading = null;
          socket.destroy();
        },
      );
    };
    return new Promise((resolve, reject) => {
      const listener = createListener(take);
      listener.maxConnections = CONNECTIONS_MAX;
      listener.once('error', (error) => reject(listenError(error, `${host}:${port}`)));
      listener.listen({ host, port }, () => {
        const address = listener.address();
        const close = (): Promise<void> => {
          for (const socket of sockets) socket.destroy();
          listener.close();
          return Promise.resolve();
        };
        resolve({ port: address !== null && typeof address === 'object' ? address.port : port, close });
      });
    });
  }
}
