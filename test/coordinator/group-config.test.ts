/** Configs of one consumer group (resource type GROUP): its members live by them, those of others do not. */
import { describe, expect, it } from 'vitest';
import { ConsumerBench, SESSION_MS } from './consumer-bench.ts';

function bench(sessionTimeoutMs: number | null): ConsumerBench {
  return new ConsumerBench(
    { orders: 2 },
    { ofGroup: (groupId) => ({ sessionTimeoutMs: groupId === 'g' ? sessionTimeoutMs : 1, heartbeatIntervalMs: null }) },
  );
}

describe('the session of a member', () => {
  it.each([
    ['the config of its group', 60_000, 60_000],
    ['what holds for all', null, SESSION_MS],
  ])('ends after %s', (_, own, lasts) => {
    const group = bench(own);
    group.join('a');
    group.advance(lasts - 1);
    expect(group.group.members.size).toBe(1);
    group.advance(1);
    expect(group.group.members.size).toBe(0);
  });
});
