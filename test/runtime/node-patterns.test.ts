/** The engine of patterns, loaded when it can be. */
import { RE2JS } from 're2js';
import { expect, test, vi } from 'vitest';
import { NodePatterns } from '../../src/runtime/node-patterns.ts';

test('who asks for an expression while the engine cannot be loaded waits until it can', async () => {
  const load = vi
    .fn<() => Promise<typeof RE2JS>>()
    .mockRejectedValueOnce(new Error('EMFILE: too many open files'))
    .mockResolvedValue(RE2JS);
  const matches = await new NodePatterns(load, 1).compile('orders-.*');
  expect(load).toHaveBeenCalledTimes(2);
  expect(matches?.('orders-eu')).toBe(true);
  expect(matches?.('invoices')).toBe(false);
});
