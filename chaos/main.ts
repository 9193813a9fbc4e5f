/**
 * `npm run chaos -- --seeds 200 [--from 1] [--ms 8000] [--faults kill,pause] [--shape '{"nodes":5}'] [--twice]
 * [--stop]`: random campaigns, one after the other; `--stop` ends with the first failure; `--shape` says what is not drawn.
 *
 * Prints one line per seed and, for a failure, what is known and the command that brings it back. Exit code 1 when any failed.
 */
import { parseArgs } from 'node:util';
import { campaign, FAULTS } from './nemesis/index.ts';
import type { FaultName, FixedShape } from './nemesis/index.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    ms: { type: 'string' },
    faults: { type: 'string' },
    shape: { type: 'string' },
    replay: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    stop: { type: 'boolean', default: false },
  },
});
const names = values.faults?.split(',');
const unknown = names?.find((name) => !(name in FAULTS));
if (unknown !== undefined) {
  console.error(`${unknown} is no fault; there are ${Object.keys(FAULTS).join(', ')}`);
  process.exit(64);
}
const shape = {
  ...(values.ms === undefined ? {} : { milliseconds: Number(values.ms) }),
  ...(names === undefined ? {} : { faults: names as readonly FaultName[] }),
  ...(values.shape === undefined ? {} : { shape: JSON.parse(values.shape) as FixedShape }),
};
const replay = (seed: number): string => {
  const rest = [
    values.ms === undefined ? '' : ` --ms ${values.ms}`,
    values.faults === undefined ? '' : ` --faults ${values.faults}`,
    values.shape === undefined ? '' : ` --shape '${values.shape}'`,
  ];
  return `npm run chaos -- --seeds 1 --from ${seed}${rest.join('')}`;
};

const failed: number[] = [];
let passed = 0;
let virtualMs = 0;
const cpu = process.cpuUsage();
const from = Number(values.from);
for (let seed = from; seed < from + Number(values.seeds) && !(values.stop && failed.length > 0); seed += 1) {
  const started = performance.now();
  const result = await campaign({ seed, ...shape });
  if (values.twice && (await campaign({ seed, ...shape })).hash !== result.hash)
    throw new Error(`seed ${seed}: two runs differ`);
  if (values.replay) {
    const again = await campaign({ seed, ...shape, shape: result.shape, decisions: result.decisions });
    if (again.hash !== result.hash) throw new Error(`seed ${seed}: its decisions done again differ`);
  }
  const { recovery, failure } = result;
  if (failure !== null) {
    failed.push(seed);
    const details = values.quiet ? '' : `\n${JSON.stringify(result.shape)}\n${failure.details}`;
    console.log(`seed ${seed} FAILED Violation: ${failure.text}${details}\nagain: ${replay(seed)}`);
    continue;
  }
  passed += 1;
  virtualMs += result.virtualMs;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const counts = `${result.acked} acked, ${result.failed} failed, ${result.elections} elections, ${result.decisions.length} decisions`;
  const recovered = `recovery ${Object.values(recovery ?? {})
    .map(Math.round)
    .join('/')} ms`;
  const time = `${(result.virtualMs / 1000).toFixed(1)} virtual s in ${seconds} s`;
  const line = `seed ${seed} ok ${result.hash} ${time}, ${counts}, ${recovered}`;
  if (!values.quiet) console.log(line);
}
const { user, system } = process.cpuUsage(cpu);
const coreSeconds = (user + system) / 1e6;
const hours = virtualMs / 3.6e6;
const rate = `${((passed * 60) / coreSeconds).toFixed(0)} seeds and ${((hours * 60) / coreSeconds).toFixed(2)} h per core minute`;
console.log(`${passed} seeds passed, ${hours.toFixed(2)} simulated h in ${coreSeconds.toFixed(0)} core s: ${rate}`);
console.log(failed.length === 0 ? 'all campaigns passed' : `failed: ${failed.join(' ')}`);
process.exit(failed.length === 0 ? 0 : 1);
