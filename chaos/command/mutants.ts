/** `chaos mutants [ID …]`: reads the command line for `mutants/`. */
import { mutants as plant } from '../mutants/index.ts';
import { parsed, readOutput, whole } from './options.ts';

const SEEDS = 1000;

export function mutants(args: readonly string[], cores: number): Promise<number> {
  const values = parsed(
    args,
    {
      seeds: { type: 'string' },
      jobs: { type: 'string' },
      output: { type: 'string', short: 'o' },
      swarm: { type: 'boolean' },
      canaries: { type: 'boolean' },
      quiet: { type: 'boolean' },
    },
    Number.POSITIVE_INFINITY,
  );
  const text = (key: string): string | undefined => values[key] as string | undefined;
  return plant({
    ids: values['positionals'] as readonly string[],
    seeds: whole('--seeds', text('seeds'), 1, 1_000_000) ?? SEEDS,
    jobs: whole('--jobs', text('jobs'), 1, 256) ?? cores,
    output: readOutput(text('output')) ? 'json' : 'text',
    swarm: values['swarm'] === true,
    canariesOnly: values['canaries'] === true,
    quiet: values['quiet'] === true,
  });
}
