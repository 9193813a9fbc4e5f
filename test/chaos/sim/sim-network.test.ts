/** What the simulated network can do to its users, and what it must not. */
import { describe, expect, test } from 'vitest';
import { millis } from '../../../raft/index.ts';
import { connected, sent } from './network-rig.ts';

describe('partitions', () => {
  test('bytes that meet a blocked link come after the heal, in order and once', async () => {
    const { world, a, b, client, network, seen } = await connected(1);
    network.partition([a], [b]);
    client.write(sent('one '));
    client.write(sent('two '));
    await world.runFor(5000);
    expect(seen.server).toEqual([]);
    network.heal();
    client.write(sent('three'));
    await world.runFor(1000);
    expect(seen.server.join('')).toBe('one two three');
  });

  test('a one-way block stops one direction only', async () => {
    const { world, a, b, client, server, network, seen } = await connected(1);
    network.block(a, b);
    client.write(sent('lost for now'));
    server.write(sent('hello'));
    await world.runFor(1000);
    expect(seen.client).toEqual(['hello']);
    expect(seen.server).toEqual([]);
  });

  test('acknowledgements that can not come back fill the queue', async () => {
    const { world, a, b, client, network } = await connected(1);
    network.block(b, a);
    for (let index = 0; index < 40; index += 1) client.write([Buffer.alloc(50_000)]);
    await world.runFor(1000);
    expect(client.queuedBytes).toBeGreaterThan(1_000_000);
    network.unblock(b, a);
    await world.runFor(1000);
    expect(client.queuedBytes).toBe(0);
  });

  test('connecting through a partition times out, or succeeds when it heals in time', async () => {
    const { world, a, network, connect, seen } = await connected(1);
    network.isolate(a);
    connect();
    await world.runFor(11_000);
    expect(seen.client).toEqual(['failed: timeout']);
    connect();
    world.after(3000, () => network.heal());
    await world.runFor(11_000);
    expect(seen.client).toEqual(['failed: timeout']);
  });
});

describe('dead ends', () => {
  test('a killed process is noticed at once, and reconnecting is refused until it is back', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { world, b, connect, listen, seen } = await connected(seed);
      b.kill();
      await world.runFor(10);
      expect(['closed: ended', 'closed: reset']).toContain(seen.client[0]);
      connect();
      await world.runFor(10);
      expect(seen.client[1]).toBe('failed: refused');
      await world.complete(listen(b.ports()));
      connect();
      await world.runFor(10);
      expect(seen.client.length).toBe(2);
    }
  });

  test('a machine without power says nothing; once it is back it resets who sends to the old connection', async () => {
    const { world, b, client, connect, seen } = await connected(1);
    b.powerLoss();
    client.write(sent('anybody?'));
    connect();
    await world.runFor(60_000);
    expect(seen.client).toEqual(['failed: timeout']);
    b.powerOn();
    await world.runFor(1000);
    expect(seen.client).toEqual(['failed: timeout', 'closed: reset']);
  });

  test('a connection to a machine that lost power and came back stays half-open until something is sent', async () => {
    const { world, b, client, seen } = await connected(1);
    b.powerLoss();
    b.ports();
    await world.runFor(60_000);
    expect(seen.client).toEqual([]);
    client.write(sent('hello'));
    await world.runFor(1000);
    expect(seen.client).toEqual(['closed: reset']);
  });

  test('a paused process takes connections and bytes, and handles them when it goes on', async () => {
    const { world, b, client, connect, seen } = await connected(1);
    b.pause();
    client.write(sent('later'));
    connect();
    await world.runFor(60_000);
    expect(seen.server).toEqual([]);
    expect(seen.client).toEqual([]);
    b.resume();
    await world.runFor(100);
    expect(seen.server.join('')).toBe('later');
  });
});

test('streams are cut and joined anywhere, but stay the same bytes', async () => {
  const { world, client, seen } = await connected(1);
  const words = Array.from({ length: 200 }, (_, index) => `word ${index}, `);
  for (const [index, word] of words.entries()) world.after(index * 0.05, () => void client.write(sent(word)));
  await world.runFor(1000);
  expect(seen.server.join('')).toBe(words.join(''));
  const whole = new Set(words);
  expect(seen.server.some((chunk) => !whole.has(chunk) && chunk.length < 9)).toBe(true);
  expect(seen.server.some((chunk) => chunk.split(',').length > 2)).toBe(true);
});

test('a flipping link corrupts bytes, for those who must detect it', async () => {
  const { world, a, b, client, network, seen } = await connected(1);
  network.trouble(a, b, { flipOneIn: 1 });
  client.write(sent('hello'));
  await world.runFor(100);
  expect(seen.server.join('').length).toBe(5);
  expect(seen.server.join('')).not.toBe('hello');
});

test('a slow link delays by what it is set to', async () => {
  const { world, a, b, client, network, seen } = await connected(1);
  network.setLatency(a, b, { least: 300, tail: 0 });
  client.write(sent('slow'));
  await world.runFor(299);
  expect(seen.server).toEqual([]);
  await world.runFor(millis(2));
  expect(seen.server.join('')).toBe('slow');
});
