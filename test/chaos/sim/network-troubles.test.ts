/** What can go wrong on a connection that stands, and on the way to one. */
import { describe, expect, test } from 'vitest';
import { connected, sent } from './network-rig.ts';

const ALL = null;

describe('cuts', () => {
  test('a reset in the middle: so many bytes arrive, then both sides are told', async () => {
    for (const after of [1, 4, 11]) {
      const { world, a, b, client, network, seen } = await connected(after);
      expect(network.cut(a, b, 'reset', after, ALL)).toBe(1);
      client.write(sent('hello '));
      client.write(sent('world'));
      await world.runFor(100);
      expect(seen.server.slice(0, -1).join('')).toBe('hello world'.slice(0, after));
      expect(seen.server.at(-1)).toBe('closed: reset');
      expect(seen.client).toEqual(['closed: reset']);
    }
  });

  test('an end of the stream in the middle looks orderly to both sides', async () => {
    const { world, a, b, client, network, seen } = await connected(1);
    network.cut(a, b, 'end', 3, ALL);
    client.write(sent('hello'));
    await world.runFor(100);
    expect(seen.server.slice(0, -1).join('')).toBe('hel');
    expect(seen.server.at(-1)).toBe('closed: ended');
    expect(['closed: ended', 'closed: reset']).toContain(seen.client[0]);
  });

  test('nothing need be sent for a cut at once; what is on the way is lost', async () => {
    const { world, a, b, client, network, seen } = await connected(1);
    client.write(sent('lost'));
    network.cut(a, b, 'reset', 0, ALL);
    await world.runFor(100);
    expect(seen).toEqual({ client: ['closed: reset'], server: ['closed: reset'] });
    expect(network.cut(a, b, 'reset', 0, ALL)).toBe(0);
  });

  test('one of many is chosen by its number, counted round', async () => {
    const { world, a, b, network, connect, seen } = await connected(1);
    connect();
    await world.runFor(100);
    expect(network.cut(a, b, 'reset', 0, 5)).toBe(1);
    await world.runFor(100);
    expect(seen.client).toEqual(['closed: reset']);
    expect(network.cut(a, b, 'reset', 0, ALL)).toBe(1);
  });
});

describe('half-open connections', () => {
  test('who forgot one is told, the other believes in it until it sends', async () => {
    const { world, a, b, client, network, seen } = await connected(1);
    network.forget(b, a, ALL);
    await world.runFor(60_000);
    expect(seen).toEqual({ client: [], server: ['closed: reset'] });
    client.write(sent('hello'));
    await world.runFor(100);
    expect(seen.client).toEqual(['closed: reset']);
  });

  test('while the answer is blocked it goes on believing, and not for longer', async () => {
    const { world, a, b, client, network, seen } = await connected(1);
    network.forget(b, a, ALL);
    await world.runFor(1);
    network.block(b, a);
    client.write(sent('hello'));
    await world.runFor(10_000);
    expect(seen.client).toEqual([]);
    network.heal();
    await world.runFor(100);
    expect(seen.client).toEqual(['closed: reset']);
  });
});

describe('slow readers', () => {
  test('a drip brings so many bytes a second, and all of them after the heal', async () => {
    const { world, a, b, client, network, seen } = await connected(1);
    network.trouble(a, b, { bytesPerSecond: 100 });
    client.write([Buffer.alloc(1000, 'x')]);
    await world.runFor(5000);
    const come = seen.server.join('').length;
    expect(come).toBeGreaterThan(450);
    expect(come).toBeLessThan(550);
    network.heal();
    await world.runFor(100);
    expect(seen.server.join('').length).toBe(1000);
  });

  test('a closed window fills the queue of the sender; the way back stays open', async () => {
    const { world, a, b, client, server, network, seen } = await connected(1);
    network.trouble(a, b, { isUnread: true });
    for (let index = 0; index < 40; index += 1) client.write([Buffer.alloc(50_000)]);
    server.write(sent('back'));
    await world.runFor(10_000);
    expect(seen.server).toEqual([]);
    expect(seen.client.join('')).toBe('back');
    expect(client.queuedBytes).toBeGreaterThan(1_000_000);
    network.trouble(a, b, { isUnread: false });
    await world.runFor(1000);
    expect(seen.server.join('').length).toBe(40 * 50_000);
  });

  test('a long piece falls into a black hole, and what follows waits behind it', async () => {
    const { world, a, b, client, network, seen } = await connected(1);
    network.trouble(a, b, { bytesMax: 100 });
    client.write(sent('short'));
    client.write([Buffer.alloc(101, 'x')]);
    client.write(sent('behind'));
    await world.runFor(10_000);
    expect(seen.server.join('')).toBe('short');
    network.heal();
    await world.runFor(1000);
    expect(seen.server.join('').length).toBe(5 + 101 + 6);
  });
});

describe('ways to a connection', () => {
  test('requests are refused or lost for a while; connections that stand go on', async () => {
    const { world, a, b, client, network, connect, seen } = await connected(1);
    network.trouble(a, b, { connects: 'refused' });
    connect();
    await world.runFor(100);
    expect(seen.client).toEqual(['failed: refused']);
    network.trouble(a, b, { connects: 'lost' });
    connect();
    client.write(sent('hello'));
    await world.runFor(10_100);
    expect(seen.client).toEqual(['failed: refused', 'failed: timeout']);
    expect(seen.server).toEqual(['hello']);
    connect();
    world.after(500, () => network.heal());
    await world.runFor(5000);
    expect(seen.client.length).toBe(2);
  });
});

test('connections of one link overtake each other when it spreads them', async () => {
  let overtaken = 0;
  for (let seed = 1; seed <= 8; seed += 1) {
    const { world, a, b, ends, network, connect, seen } = await connected(seed);
    const [first] = ends;
    connect();
    await world.runFor(100);
    const second = ends[0];
    network.trouble(a, b, { spread: 200 });
    first?.write(sent('1'));
    await world.runFor(1);
    second?.write(sent('2'));
    await world.runFor(500);
    expect([...seen.server].sort()).toEqual(['1', '2']);
    if (seen.server[0] === '2') overtaken += 1;
  }
  expect(overtaken).toBeGreaterThan(0);
});
