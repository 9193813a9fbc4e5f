/** Placement over any number of nodes, partitions and replicas: even, rack-aware, and the same for the same seed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeId, seededRandom } from '../../raft/index.ts';
import { placePartitions } from '../../src/controller/placement.ts';
import type { PlacementNode } from '../../src/controller/placement.ts';

const RUNS = { seed: 7, numRuns: 150 };

function node(id: number, change: Partial<PlacementNode> = {}): PlacementNode {
  return {
    node: nodeId(id),
    rack: null,
    topicReplicas: 0,
    topicLeads: 0,
    replicas: 0,
    leads: 0,
    standby: false,
    ...change,
  };
}

function nodesOf(count: number, change: (id: number) => Partial<PlacementNode> = () => ({})): readonly PlacementNode[] {
  return Array.from({ length: count }, (_, id) => node(id, change(id)));
}

function spread(counts: ReadonlyMap<number, number>): number {
  return Math.max(...counts.values()) - Math.min(...counts.values());
}

function count(nodes: readonly PlacementNode[], named: readonly number[]): ReadonlyMap<number, number> {
  return new Map(nodes.map((each) => [each.node, named.filter((id) => id === each.node).length]));
}

const shape = fc.record({
  nodes: fc.integer({ min: 1, max: 9 }),
  partitions: fc.integer({ min: 1, max: 40 }),
  seed: fc.string(),
});

describe('placement', () => {
  it('gives every partition distinct nodes, and differs by at most one in replicas and in leads', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 9 }), ({ nodes: size, partitions, seed }, factor) => {
        const nodes = nodesOf(size);
        const wanted = Math.min(factor, size);
        const placed = placePartitions(nodes, partitions, wanted, seededRandom(seed));
        expect(placed.length).toBe(partitions);
        for (const replicas of placed) expect(new Set(replicas).size).toBe(wanted);
        expect(spread(count(nodes, placed.flat()))).toBeLessThanOrEqual(1);
        expect(
          spread(
            count(
              nodes,
              placed.map((replicas) => replicas[0] ?? -1),
            ),
          ),
        ).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it('evens out what the nodes carry already', () => {
    fc.assert(
      fc.property(shape, ({ partitions, seed }) => {
        const nodes = nodesOf(4, (id) => ({ topicReplicas: id === 0 ? 3 : 0, topicLeads: id === 0 ? 3 : 0 }));
        const placed = placePartitions(nodes, partitions + 8, 1, seededRandom(seed));
        const leads = count(nodes, [0, 0, 0, ...placed.flat()]);
        expect(spread(leads)).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it('puts no two replicas on one rack while racks suffice, and stays even over equal racks', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 3 }), ({ partitions, seed }, factor) => {
        const nodes = nodesOf(6, (id) => ({ rack: `rack-${id % 3}` }));
        const placed = placePartitions(nodes, partitions, factor, seededRandom(seed));
        for (const replicas of placed) expect(new Set(replicas.map((id) => id % 3)).size).toBe(factor);
        expect(
          spread(
            count(
              nodes,
              placed.map((replicas) => replicas[0] ?? -1),
            ),
          ),
        ).toBeLessThanOrEqual(1);
      }),
      RUNS,
    );
  });

  it('uses a standby only where the others do not suffice, last, and never as leader', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 4 }), ({ partitions, seed }, factor) => {
        const nodes = nodesOf(4, (id) => ({ standby: id === 3 }));
        for (const replicas of placePartitions(nodes, partitions, factor, seededRandom(seed)))
          expect(replicas.indexOf(nodeId(3))).toBe(factor === 4 ? 3 : -1);
      }),
      RUNS,
    );
  });

  it('is the same for the same seed', () => {
    const place = (seed: string): unknown => placePartitions(nodesOf(5), 12, 3, seededRandom(seed));
    expect(place('a')).toEqual(place('a'));
    expect(place('a')).not.toEqual(place('b'));
  });

  it('places ten thousand partitions without delay', () => {
    expect(placePartitions(nodesOf(5), 10_000, 3, seededRandom('many')).length).toBe(10_000);
  });
});
