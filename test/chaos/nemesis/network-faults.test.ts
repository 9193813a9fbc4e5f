/** Who reaches whom under each fault of the network, and that each harm ends by itself. */
import { describe, expect, it } from 'vitest';
import { SimCluster } from '../../../chaos/cluster/index.ts';
import type { FaultContext } from '../../../chaos/nemesis/harm.ts';
import { NETWORK_FAULTS } from '../../../chaos/nemesis/network-faults.ts';
import { apply } from '../../../chaos/schedule/index.ts';
import { seededRandom } from '../../../raft/index.ts';

type Name = keyof typeof NETWORK_FAULTS;

/** Nothing runs, and yet one of them is the controller. */
class WithController extends SimCluster {
  override controller(): number {
    return 1;
  }
}

/** Plays one fault on machines without processes; `end` lets all of its time pass. */
function play(name: Name, seed: string, nodes = 5) {
  const cluster = new WithController({ seed, nodes });
  const { world } = cluster;
  world.machine('client');
  let left: { readonly at: number; readonly then: () => void }[] = [];
  let now = 0;
  const deeds: string[] = [];
  const context = {
    cluster,
    random: seededRandom(seed),
    act: (deed) => {
      deeds.push(deed.kind);
      return apply(cluster, deed) === null;
    },
    later: (delay, then) => void left.push({ at: now + delay, then }),
  } as FaultContext;
  NETWORK_FAULTS[name](context);
  return {
    deeds,
    /** Calls what comes at this instant. */
    begin: (): void => {
      const due = left.filter(({ at }) => at === 0);
      left = left.filter(({ at }) => at > 0);
      for (const { then } of due) then();
    },
    end: (): void => {
      while (left.length > 0) {
        left.sort((one, other) => one.at - other.at);
        const next = left.shift();
        now = next?.at ?? now;
        next?.then();
      }
    },
    /** By node: how many other nodes can be reached from it and back. */
    degrees: (): readonly number[] => {
      const { links } = world.network;
      const isOpen = (one: number, other: number): boolean =>
        !links.link(one, other).blocked && !links.link(other, one).blocked;
      const places = cluster.numbers().map((number) => cluster.machine(number).index);
      const degrees = places.map((one) => places.filter((other) => other !== one && isOpen(one, other)).length);
      return degrees.sort((one, other) => one - other);
    },
    troubles: (): number => {
      const { links } = world.network;
      const usual = JSON.stringify({ ...links.link(900, 901), from: 0, to: 0 });
      return links.all().filter((link) => JSON.stringify({ ...link, from: 0, to: 0 }) !== usual).length;
    },
  };
}

describe('partitions', () => {
  it.each([
    ['halves', [1, 1, 2, 2, 2]],
    ['majority-ring', [2, 2, 2, 2, 2]],
    ['bridge', [2, 2, 2, 2, 4]],
    ['chain', [1, 1, 2, 2, 2]],
    ['star', [1, 1, 1, 1, 4]],
  ] as const)('%s leaves five nodes with %j others each', (name, degrees) => {
    for (const seed of ['1', '2', '3']) {
      const { degrees: found, end } = play(name, seed);
      expect(found()).toEqual(degrees);
      end();
      expect(found()).toEqual([4, 4, 4, 4, 4]);
    }
  });

  it('a ring of seven reaches a majority from everywhere', () => {
    expect(Math.min(...play('majority-ring', '1', 7).degrees())).toBeGreaterThanOrEqual(3);
  });

  it('a link that flaps is cut at first', () => {
    const { begin, troubles, end } = play('flapping', '1');
    begin();
    expect(troubles()).toBeGreaterThan(0);
    end();
    expect(troubles()).toBe(0);
  });
});

it.each(Object.keys(NETWORK_FAULTS) as readonly Name[])('%s ends by itself', (name) => {
  let done = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const { deeds, end, troubles } = play(name, String(seed));
    end();
    expect(troubles()).toBe(0);
    done += deeds.length;
  }
  expect(done).toBeGreaterThan(0);
});
