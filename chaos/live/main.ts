/**
 * `node scripts/run.mjs chaos/live/main.ts --minutes 1 [--seed x] [--nodes 3] [--faults kill,pause] [--round-seconds 45]
 * [--shape '{"flush":"os"}'] [-o json]`: clusters of real processes under faults. See `index.ts`.
 */
import { parseArgs } from 'node:util';
import { live } from './index.ts';
import type { LiveShape } from './index.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '3' },
    faults: { type: 'string' },
    shape: { type: 'string' },
    'round-seconds': { type: 'string' },
    output: { type: 'string', short: 'o', default: 'text' },
  },
});
const { faults, shape, 'round-seconds': seconds } = values;
const code = await live({
  minutes: Number(values.minutes),
  seed: values.seed,
  nodes: Number(values.nodes),
  output: values.output === 'json' ? 'json' : 'text',
  ...(faults === undefined ? {} : { faults: faults.split(',') }),
  ...(shape === undefined ? {} : { shape: JSON.parse(shape) as Partial<LiveShape> }),
  ...(seconds === undefined ? {} : { roundSeconds: Number(seconds) }),
});
process.exit(code);
