/** The proxies of a live cluster, between a real dialler and a real listener. */
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePorts } from '../../chaos/live/free-ports.ts';
import { TcpProxy } from '../../chaos/live/tcp-proxy.ts';
import { seededRandom } from '../../raft/index.ts';
import { until } from './deadline.ts';

const host = '127.0.0.1';

describe('a proxy', () => {
  let server: Server;
  let proxy: TcpProxy;
  let port = 0;
  /** What the listener has received, and its connections. */
  let heard = '';
  let accepted: Socket[] = [];

  beforeEach(async () => {
    const random = seededRandom(`proxy ${process.pid}`);
    const [own = 0, target = 0] = await freePorts(2, host, random);
    port = own;
    heard = '';
    accepted = [];
    server = createServer((socket) => {
      accepted.push(socket);
      socket.on('data', (bytes) => (heard += bytes.toString()));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen({ host, port: target }, resolve));
    proxy = new TcpProxy({ host, port: own, target: { host, port: target }, random });
    proxy.setTargetUp(true);
    await until('the proxy listens', 2000, async () => (await dialled()) !== null);
  });
  afterEach(() => {
    proxy.close();
    for (const socket of accepted) socket.destroy();
    server.close();
  });

  /** A connection through the proxy; null: refused. */
  function dialled(): Promise<Socket | null> {
    return new Promise((resolve) => {
      const socket = connect({ host, port });
      socket.once('connect', () => resolve(socket));
      socket.on('error', () => resolve(null));
    });
  }

  async function opened(): Promise<Socket> {
    const socket = await dialled();
    if (socket === null) throw new Error('refused');
    return socket;
  }

  it('passes bytes on, holds them back while blocked, and loses none', async () => {
    const socket = await opened();
    socket.write('one ');
    await until('the first', 2000, () => heard === 'one ');
    proxy.forward.blocked = true;
    proxy.changed();
    socket.write('two ');
    const late = await opened();
    late.write('three ');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toBe('one ');
    proxy.forward.blocked = false;
    proxy.changed();
    await until('the rest', 2000, () => heard.includes('two ') && heard.includes('three '));
  });

  it('refuses when the process behind it is dead, and accepts in a partition all the same', async () => {
    proxy.setTargetUp(false);
    await until('refused', 2000, async () => (await dialled()) === null);
    const before = proxy.connections;
    proxy.back.blocked = true;
    proxy.changed();
    await until('accepted', 2000, async () => (await dialled()) !== null);
    expect(proxy.connections).toBe(before);
  });

  it('cuts in the middle of a frame: a part arrives, and both sides end', async () => {
    const socket = await opened();
    socket.write('x');
    await until('connected', 2000, () => heard === 'x');
    let back = 0;
    // Who does not read never hears of an end that comes behind what he has not read.
    socket.on('data', (bytes) => (back += bytes.length));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    proxy.cut(true);
    const text = 'y'.repeat(500);
    socket.write(text);
    for (const other of accepted) other.write(text);
    await ended;
    // Which direction is drawn.
    expect(Math.min(heard.length - 1, back)).toBeLessThan(500);
  });

  it('flips bits, and makes a connection half-open: one side ends, the other hears nothing of it', async () => {
    const socket = await opened();
    proxy.forward.flipOneIn = 1;
    socket.write('aaaa');
    await until('damaged', 2000, () => heard.length === 4);
    expect(heard).not.toBe('aaaa');
    const ends: string[] = [];
    socket.once('close', () => ends.push('dialler'));
    const far = accepted.at(-1);
    far?.once('close', () => ends.push('listener'));
    far?.resume();
    socket.resume();
    expect(proxy.halfOpen()).toBeGreaterThan(0);
    await until('one side ends', 2000, () => ends.length > 0);
    socket.write('b');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ends).toHaveLength(1);
  });
});
