/** The real host and the real random source. */
import { expect, test } from 'vitest';
import { NodeHost } from '../../src/runtime/node-host.ts';
import { nodeRandom } from '../../src/runtime/node-random.ts';

test('the host tells the same boot each time, and plausible memory and CPU', () => {
  const [first, second] = [new NodeHost(() => undefined), new NodeHost(() => undefined)];
  expect(second.bootId()).toBe(first.bootId());
  expect(first.bootId()).toMatch(/^$|^[0-9a-f-]{36}$/);
  expect(first.residentBytes()).toBeGreaterThan(1_000_000);
  expect(first.cpuSeconds()).toBeGreaterThan(0);
});

test('two real generators do not repeat each other', () => {
  const [first, second] = [nodeRandom(), nodeRandom()];
  expect(Buffer.from(first.bytes(16)).equals(second.bytes(16))).toBe(false);
});
