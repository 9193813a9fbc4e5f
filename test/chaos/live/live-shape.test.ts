/** What rounds of a live run are drawn to be: nothing beyond the budget, and only what was asked for. */
import { describe, expect, it } from 'vitest';
import { readLiveOptions } from '../../../chaos/live/command.ts';
import { drawShape, LIVE_FAULTS } from '../../../chaos/live/live-shape.ts';
import { seededRandom } from '../../../raft/index.ts';

const shapes = Array.from({ length: 200 }, (_, seed) => drawShape(seededRandom(`shape ${seed}`), 3, null));

describe('a round of a live run', () => {
  it('under flush=os has no fault after which a node has lost its disk', () => {
    const os = shapes.filter(({ flush }) => flush === 'os');
    expect(os.length).toBeGreaterThan(10);
    expect(os.filter(({ nodeFaults }) => nodeFaults.includes('wipe') || nodeFaults.includes('yesterday'))).toEqual([]);
  });

  it('with the shipped program has no fault of power, which would do nothing', () => {
    const shipped = shapes.filter(({ program }) => program === 'shipped');
    expect(shipped.filter(({ nodeFaults }) => nodeFaults.includes('power-loss-all'))).toEqual([]);
    const power = shapes.filter(({ program }) => program === 'power');
    expect(power.filter(({ nodeFaults }) => nodeFaults.includes('power-loss-all')).length).toBeGreaterThan(10);
  });

  it('has no replicas that vote where one may lose its log for ever', () => {
    const voting = shapes.filter(({ quorumTopic }) => quorumTopic);
    expect(voting.length).toBeGreaterThan(5);
    expect(voting.filter(({ nodeFaults }) => nodeFaults.includes('wipe') || nodeFaults.includes('read-only'))).toEqual(
      [],
    );
  });

  it('has every fault in some round, and no other than those that were asked for', () => {
    const seen = new Set(shapes.flatMap(({ nodeFaults, linkFaults }) => [...nodeFaults, ...linkFaults]));
    expect([...seen].sort()).toEqual(Object.keys(LIVE_FAULTS).sort());
    const asked = drawShape(seededRandom('asked'), 3, ['power-loss-all', 'one-way']);
    expect(asked).toMatchObject({ program: 'power', nodeFaults: ['power-loss-all'], linkFaults: ['one-way'] });
  });

  it('is refused with the list of what there is when a fault is unknown, or a number too small', () => {
    expect(readLiveOptions(['--faults', 'kill,hail'])).toContain('hail is no fault; there are kill, kill-leader');
    expect(readLiveOptions(['--nodes', '2'])).toContain('3 to 7');
    expect(readLiveOptions(['--minutes', 'soon'])).toContain('above 0');
    expect(readLiveOptions(['--hours', '3'])).toContain('--hours');
    expect(readLiveOptions(['--minutes', '3', '-o', 'json'])).toMatchObject({ minutes: 3, output: 'json', nodes: 3 });
  });
});
