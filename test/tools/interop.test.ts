/** What `npm run interop` makes of what drivers print; the clients themselves are not run here. */
import { describe, expect, it } from 'vitest';
import type { Behaviour, Outcome } from '../../interop/behaviour.ts';
import { compare, table } from '../../interop/comparison.ts';
import { readOutcomes } from '../../interop/run-driver.ts';

const outcomes = (pairs: Partial<Record<Behaviour, Outcome>>): ReadonlyMap<Behaviour, Outcome> =>
  new Map(Object.entries(pairs) as [Behaviour, Outcome][]);

describe('interop', () => {
  it('reads outcomes line by line, with the names of this run replaced', () => {
    const text = 'warning: {"no": "outcome"}\n{"behaviour":"acks","outcome":["run-7-acks"]}\n';
    expect(readOutcomes(text, 'run-7')).toEqual(outcomes({ acks: ['PREFIX-acks'] }));
    expect(() => readOutcomes('{"behaviour":"no such","outcome":1}', 'run-7')).toThrow('no such');
  });

  it('says same, different, failed, unknown and absent', () => {
    const ours = outcomes({ acks: [1, 2], codecs: { a: 1 }, idempotent: { failed: 'no time' }, zombie: 'x' });
    const kafkas = outcomes({ acks: [1, 2], codecs: { a: 2 }, idempotent: true, cluster: true });
    const verdicts = compare(ours, kafkas);
    expect(verdicts.get('acks')).toEqual({ kind: 'same' });
    expect(verdicts.get('codecs')).toEqual({ kind: 'different', ours: { a: 1 }, kafkas: { a: 2 } });
    expect(verdicts.get('idempotent')).toMatchObject({ kind: 'failed' });
    expect(verdicts.get('cluster')).toMatchObject({ kind: 'failed' });
    expect(verdicts.get('zombie')).toMatchObject({ kind: 'unknown' });
    expect(verdicts.get('streams')).toEqual({ kind: 'absent' });
  });

  it('has a row for each behaviour that some client can do', () => {
    const same = compare(outcomes({ acks: 1 }), outcomes({ acks: 1 }));
    const rows = table([{ client: 'one', comparison: same }]).split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatch(/\| ✓ \|$/);
  });
});
