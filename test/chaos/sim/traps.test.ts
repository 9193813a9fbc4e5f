/** Nothing in virtual time reaches the real world unnoticed; everything outside of it goes on as ever. */
// oxlint-disable no-restricted-globals, no-restricted-properties, no-restricted-imports -- what is trapped must be reached for
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { World } from '../../../chaos/sim/index.ts';
import { millis } from '../../../raft/index.ts';
import { decompressStream } from '../../../storage/compression/index.ts';

const REACHES: readonly (readonly [what: string, reach: () => unknown])[] = [
  ['Date.now()', () => Date.now()],
  ['new Date()', () => new Date()],
  ['performance.now()', () => performance.now()],
  ['Math.random()', () => Math.random()],
  ['crypto.randomUUID()', () => globalThis.crypto.randomUUID()],
  ['crypto.getRandomValues()', () => globalThis.crypto.getRandomValues(new Uint8Array(4))],
  ['node:crypto randomUUID()', () => randomUUID()],
  ['setTimeout()', () => setTimeout(() => undefined, 1)],
  ['setInterval()', () => clearInterval(setInterval(() => undefined, 1000))],
  ['setImmediate()', () => setImmediate(() => undefined)],
  ['process.nextTick()', () => process.nextTick(() => undefined)],
  ['process.hrtime()', () => process.hrtime()],
  ['node:fs readFileSync()', () => readFileSync('package.json')],
  ['node:fs/promises readFile()', () => readFile('package.json')],
  ['node:net connect()', () => connect(1).on('error', () => undefined)],
];

describe.each(REACHES)('%s', (what, reach) => {
  test('fails the run in an event, in a promise job after it, and when the error is swallowed', async () => {
    const ways: readonly ((act: () => unknown) => void)[] = [
      (act) => void act(),
      (act) => void Promise.resolve().then(() => Promise.resolve().then(act)),
      (act) => {
        try {
          act();
        } catch {
          // As careless code does.
        }
      },
    ];
    for (const way of ways) {
      const world = new World({ seed: 1 });
      const { clock } = world.machine('a').ports();
      clock.setTimer(millis(5), () => way(reach));
      await expect(world.runFor(10)).rejects.toThrow(`${what} inside the simulated world`);
    }
  });

  test('is as ever outside of it', async () => {
    const world = new World({ seed: 1 });
    world
      .machine('a')
      .ports()
      .clock.setTimer(millis(5), () => undefined);
    let reached: unknown = null;
    await world.run(() => {
      reached ??= reach() ?? 'reached';
      return false;
    });
    expect(reached).not.toBeNull();
    expect(() => reach()).not.toThrow();
  });
});

test('a given instant is arithmetic, not the present', async () => {
  const world = new World({ seed: 1 });
  const { clock } = world.machine('a').ports();
  const seen: string[] = [];
  clock.setTimer(millis(5), () => seen.push(new Date(clock.wallNow()).toISOString()));
  await world.runFor(10);
  expect(seen).toEqual(['2025-06-15T15:06:40.005Z']);
  expect(new Date(0)).toBeInstanceOf(Date);
});

test('a gzip stream that is damaged is refused in an event as anywhere', async () => {
  const world = new World({ seed: 1 });
  const { clock } = world.machine('a').ports();
  let said: unknown = null;
  clock.setTimer(millis(5), () => (said = decompressStream('gzip', Buffer.from('no gzip at all'), 100)));
  await world.runFor(10);
  expect(said).toMatch(/^gzip: /);
});
