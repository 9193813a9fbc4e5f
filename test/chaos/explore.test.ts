/** The exhaustive exploration: what it leaves out must lose nothing, what it checks must be able to fail. */
import { describe, expect, it } from 'vitest';
import { explore, BUDGET, DEFAULTS } from '../../chaos/explore/explore.ts';
import { afterHappening, Broken, NO_GHOST } from '../../chaos/explore/ghost.ts';
import { NODES } from '../../chaos/explore/local-state.ts';
import { type Move, type MoveKind, movesOf } from '../../chaos/explore/move.ts';
import { Search } from '../../chaos/explore/search.ts';
import { type Budget, SmallWorld, type World } from '../../chaos/explore/small-world.ts';
import { present } from '../../raft/index.ts';

const FAULTLESS: Budget = { ...BUDGET, crashes: 0, cuts: 0, stalls: 0 };

function moveOf(kind: MoveKind, node: number, to = node): Move {
  return { kind, node: present(NODES[node - 1], 'node'), to: present(NODES[to - 1], 'node'), at: 0, stalled: false };
}

function hashAfter(moves: readonly Move[]): readonly number[] {
  const small = new SmallWorld('quorum', BUDGET, true);
  const world = small.first();
  for (const move of moves) expect(small.make(world, move)).toBe(true);
  const hash = new Uint32Array(2);
  small.hash(world, hash);
  return [...hash];
}

function statesAt(weight: number, reduced: boolean): number {
  const small = new SmallWorld('quorum', FAULTLESS, true);
  const moves = movesOf('quorum', 'fine', 1);
  const orders = reduced ? undefined : moves.map(() => moves.map(() => false));
  const search = new Search(small, small.first(), moves, orders);
  while (search.advance(weight));
  expect(search.state).toMatchObject({ depth: weight, found: null });
  return search.state.states;
}

describe('the exploration of the core', () => {
  it('finds nothing in all schedules up to a small weight, of both policies and grains', async () => {
    const lines: string[] = [];
    // Never out of time: the clock of this test stands.
    const options = { ...DEFAULTS, depth: 3, seconds: 1, now: () => 0, say: (line: string) => void lines.push(line) };
    expect(await explore(options)).toBe(0);
    expect(await explore({ ...options, depth: 8, policies: ['quorum'], grains: ['fine'], beginnings: ['start'] })).toBe(
      0,
    );
    expect(lines.at(-1)).toBe('nothing found');
    expect(lines.filter((line) => line.includes('all schedules of weight 3'))).toHaveLength(12);
  });

  it('sees one state in schedules that differ in the names of the nodes', () => {
    const one = hashAfter([moveOf('timeout', 1), moveOf('deliver', 1, 2), moveOf('deliver', 2, 1)]);
    expect(hashAfter([moveOf('timeout', 3), moveOf('deliver', 3, 1), moveOf('deliver', 1, 3)])).toEqual(one);
    expect(hashAfter([moveOf('timeout', 1), moveOf('timeout', 2)])).not.toEqual(one);
  });

  it('reaches as many states when it leaves out one of two orders that end alike', () => {
    expect(statesAt(10, true)).toBe(statesAt(10, false));
  });

  it('leads, replicates and commits in its worlds', () => {
    const small = new SmallWorld('quorum', BUDGET, true);
    const world: World = small.first();
    const moves = [moveOf('campaign', 1, 2), moveOf('propose', 1)];
    for (const move of moves) expect(small.make(world, move)).toBe(true);
    for (let round = 0; round < 4; round += 1)
      for (const to of [2, 3]) {
        small.make(world, moveOf('drain', 1, to));
        small.make(world, moveOf('drain', to, 1));
      }
    expect(small.ghost(world)).toMatchObject({ leaders: [{ node: 1 }], committed: [{ value: 0 }, { term: 2 }] });
    expect(small.make(world, moveOf('reboot', 1))).toBe(true);
    expect(small.node(world, moveOf('reboot', 1).node)).toMatchObject({ life: 2, disk: { batches: { length: 2 } } });
  });

  it('is told of a second leader of a term, and of a vote that was not durable', () => {
    const small = new SmallWorld('quorum', BUDGET, true);
    const world = small.first();
    const nodes = NODES.map((node) => small.node(world, node));
    const [one, two] = nodes;
    const led = afterHappening(NO_GHOST, present(one, 'node'), { kind: 'leads', term: 2 }, nodes);
    expect(() => afterHappening(led, present(two, 'node'), { kind: 'leads', term: 2 }, nodes)).toThrow(Broken);
    const vote = { kind: 'voted', term: 2, candidate: present(NODES[1], 'node'), durable: false } as const;
    expect(() => afterHappening(led, present(one, 'node'), vote, nodes)).toThrow('durable vote');
  });
});
