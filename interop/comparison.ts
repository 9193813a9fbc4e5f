/** Outcomes of Flotilla beside those of Kafka, and the table that the README shows. */
import { isDeepStrictEqual } from 'node:util';
import { BEHAVIOURS } from './behaviour.ts';
import type { Behaviour, Outcome, Outcomes } from './behaviour.ts';

/** `unknown`: nobody has seen Kafka do it yet; `absent`: the client cannot. */
export type Verdict =
  | { readonly kind: 'same' | 'absent' }
  | { readonly kind: 'unknown' | 'failed'; readonly ours: Outcome }
  | { readonly kind: 'different'; readonly ours: Outcome; readonly kafkas: Outcome };

export type Comparison = ReadonlyMap<Behaviour, Verdict>;

export function isFailed(outcome: Outcome): boolean {
  return typeof outcome === 'object' && outcome !== null && 'failed' in outcome;
}

export function compare(ours: Outcomes, kafkas: Outcomes): Comparison {
  const verdict = (behaviour: Behaviour): Verdict => {
    const [mine, theirs] = [ours.get(behaviour), kafkas.get(behaviour)];
    if (mine === undefined) return theirs === undefined ? { kind: 'absent' } : { kind: 'failed', ours: 'no answer' };
    if (isFailed(mine)) return { kind: 'failed', ours: mine };
    if (theirs === undefined) return { kind: 'unknown', ours: mine };
    return isDeepStrictEqual(mine, theirs) ? { kind: 'same' } : { kind: 'different', ours: mine, kafkas: theirs };
  };
  return new Map((Object.keys(BEHAVIOURS) as Behaviour[]).map((behaviour) => [behaviour, verdict(behaviour)]));
}

const SIGNS: Readonly<Record<Verdict['kind'], string>> = {
  same: '✓',
  absent: '',
  unknown: '?',
  failed: '✗',
  different: '≠',
};

/** Markdown: a row for each behaviour, a column for each client. */
export function table(columns: readonly { readonly client: string; readonly comparison: Comparison }[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = row(['', ...columns.map(({ client }) => client)]);
  const rule = `|---|${columns.map(() => ':-:|').join('')}`;
  const rows = (Object.keys(BEHAVIOURS) as Behaviour[]).flatMap((behaviour) => {
    const signs = columns.map(({ comparison }) => SIGNS[comparison.get(behaviour)?.kind ?? 'absent']);
    return signs.every((sign) => sign === '') ? [] : [row([BEHAVIOURS[behaviour], ...signs])];
  });
  return [head, rule, ...rows].join('\n');
}
