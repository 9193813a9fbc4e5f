/** `npm run mutants -- [ID …] [--seeds 200] [--jobs 1] [--swarm] [--canaries] [-o json]`: the planted bugs, on the build that is there. */
import { parseArgs } from 'node:util';
import { mutants } from './run-mutants.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '200' },
    jobs: { type: 'string', default: '1' },
    output: { type: 'string', short: 'o', default: 'text' },
    swarm: { type: 'boolean', default: false },
    canaries: { type: 'boolean', default: false },
  },
});
process.exitCode = await mutants({
  ids: positionals,
  seeds: Number(values.seeds),
  jobs: Number(values.jobs),
  output: values.output === 'json' ? 'json' : 'text',
  swarm: values.swarm,
  canariesOnly: values.canaries,
});
