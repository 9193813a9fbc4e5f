/**
 * Bytes that are no requests: the connection that sent them is closed, everybody else notices nothing.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { within } from './deadline.ts';
import { NumberedProducer } from './numbered-producer.ts';
import { RealCluster } from './real-cluster.ts';
import { createTopic } from './stock-client.ts';

let cluster: RealCluster;
let bystander: NumberedProducer;
beforeAll(async () => {
  cluster = await RealCluster.create({ nodes: 1 });
  await cluster.up();
  await createTopic(cluster.brokers, 'bystander', 1, 1);
  bystander = new NumberedProducer(cluster.brokers, 'bystander', 1, false);
  await bystander.start();
});
afterAll(async () => {
  await bystander.stop();
  await cluster.close();
});

async function open(): Promise<Socket> {
  const [host, port] = cluster.node(1).kafka.split(':');
  const socket = connect(Number(port), host);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Sends `bytes`, and waits until the node closes the connection. Resolves to what it answered before. */
async function closedAfter(bytes: Buffer): Promise<Buffer> {
  const socket = await open();
  const answered: Buffer[] = [];
  const closed = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => answered.push(chunk));
    // A reset is a way of closing, too.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
  socket.write(bytes);
  await within('the node closes the connection', 10_000, closed);
  return Buffer.concat(answered);
}

/** A whole frame: size, then header version 1 with client id "e2e", then `body`. */
function frame(api: number, version: number, body: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeInt16BE(api, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(7, 4);
  header.writeInt16BE(3, 8);
  header.write('e2e', 10, 'latin1');
  const size = Buffer.alloc(4);
  size.writeInt32BE(header.length + body.length);
  return Buffer.concat([size, header, body]);
}

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

describe('bytes that are no request', () => {
  it.each([
    { name: 'an HTTP request', bytes: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n') },
    { name: 'a TLS hello', bytes: Buffer.from('16030100ca010000c60303', 'hex') },
    { name: 'a negative size', bytes: int32(-5) },
    { name: 'a size of two gibibytes', bytes: Buffer.concat([int32(0x7fff_ffff), Buffer.alloc(100)]) },
    { name: 'a size above the limit', bytes: int32((100 << 20) + 1) },
    { name: 'a frame too short for a header', bytes: Buffer.concat([int32(3), Buffer.alloc(3)]) },
    { name: 'an unknown API', bytes: frame(999, 0, Buffer.alloc(0)) },
    { name: 'an unknown version', bytes: frame(3, 99, Buffer.alloc(0)) },
    { name: 'a body that is cut', bytes: frame(3, 1, int32(5)) },
    { name: 'an array of two billion', bytes: frame(3, 1, int32(0x7fff_ffff)) },
    { name: 'produce with nonsense', bytes: frame(0, 3, Buffer.alloc(40, 0x7f)) },
    { name: 'fetch with nonsense', bytes: frame(1, 4, Buffer.alloc(21, 0x7f)) },
  ])('$name closes the connection, and others go on', async ({ bytes }) => {
    await closedAfter(bytes);
    await bystander.progress(3);
  });

  it('a request that stops in the middle holds up nobody', async () => {
    const sockets = await Promise.all(Array.from({ length: 20 }, open));
    for (const socket of sockets) socket.write(Buffer.concat([int32(1000), Buffer.alloc(10)]));
    await bystander.progress(3);
    for (const socket of sockets) socket.destroy();
    await bystander.progress(3);
  });

  it('many connections that come and go leave the node as it was', async () => {
    for (let round = 0; round < 10; round += 1) {
      const sockets = await Promise.all(Array.from({ length: 20 }, open));
      for (const socket of sockets) socket.resetAndDestroy();
    }
    await bystander.progress(3);
  });

  it('ApiVersions of a version from the future is answered in version 0 with the code for it', async () => {
    const socket = await open();
    const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.write(frame(18, 99, Buffer.alloc(0)));
    const bytes = await within('an answer', 10_000, answer);
    socket.destroy();
    // size, correlation id, error code
    expect(bytes.readInt32BE(4)).toBe(7);
    expect(bytes.readInt16BE(8)).toBe(35);
  });
});
