/**
 * One to seven cores under random schedules: safety after every step, liveness after everything has healed.
 *
 * A failing case prints seed, path and the shrunk schedule (fast-check). `RAFT_RUNS=5000` searches longer,
 * `RAFT_SEED=n` elsewhere.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIONS, type Action } from './cluster/action.ts';
import { World } from './cluster/world.ts';

const runs = Number(process.env['RAFT_RUNS'] ?? 150);
const seed = Number(process.env['RAFT_SEED'] ?? 20_260);

const action: fc.Arbitrary<Action> = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('run', 'run-lossy', 'propose', 'restart', 'heal') },
    { weight: 5, arbitrary: fc.constantFrom(...ACTIONS) },
  ),
  a: fc.nat(9999),
  b: fc.nat(9999),
}) as fc.Arbitrary<Action>;

const schedule = fc.array(action, { minLength: 5, maxLength: 60, size: 'max' });

const totals = { elections: 0, commits: 0, truncations: 0, snapshots: 0, resets: 0, reads: 0, proposals: 0 };

function explore(setup: ConstructorParameters<typeof World>[0], actions: readonly Action[]): void {
  const world = new World(setup);
  for (const next of actions) world.act(next);
  world.recover();
  for (const key of Object.keys(totals) as (keyof typeof totals)[]) totals[key] += world.checker.seen[key];
}

describe('random schedules', () => {
  it('quorum: nothing committed is lost, and a healed group goes on (R=1..7, observers, changing voters)', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 5 }),
        schedule,
        (world, nodes, voters, actions) => {
          explore(
            {
              policy: 'quorum',
              seed: world,
              nodes,
              voters: Math.min(voters, nodes),
              minInsync: 1,
              topic: world % 3 === 0,
            },
            actions,
          );
        },
      ),
      { numRuns: runs, seed, endOnFailure: false },
    );
    expect(totals.elections).toBeGreaterThan(0);
  });

  it('isr: every in-sync and every eligible replica holds what is committed, and a healed group goes on (R=1..5)', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        schedule,
        (world, nodes, minInsync, actions) => {
          explore({ policy: 'isr', seed: world, nodes, voters: 0, minInsync, topic: true }, actions);
        },
      ),
      { numRuns: runs, seed, endOnFailure: false },
    );
    expect(totals.truncations).toBeGreaterThan(0);
  });

  it('the schedules reach what is worth reaching', () => {
    expect(Object.entries(totals).filter(([, count]) => count < 5)).toEqual([]);
  });
});
