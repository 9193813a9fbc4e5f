/**
 * Which program a node of a live cluster runs: the shipped bundle, or the same node with its disk under the harness's hand.
 *
 *   from the package   dist/bin/node.js      dist/lib/chaos/live/power-node.js
 *   from the tree      dist/bin/node.js      chaos/live/power-node.ts, bundled into dist/run
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface NodePrograms {
  readonly shipped: string;
  readonly power: string;
}

/** The directory of the package that this file belongs to. */
function packageRoot(): string {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) && existsSync(join(at, 'dist'))) return at;
    if (at === dirname(at)) throw new Error('no dist above this file: run `npm run build` first');
  }
}

/** Finds, or in the source tree makes, the programs. Rejects when the package is not built. */
export async function nodePrograms(): Promise<NodePrograms> {
  const root = packageRoot();
  const shipped = join(root, 'dist/bin/node.js');
  if (!existsSync(shipped)) throw new Error(`${shipped} is missing: run \`npm run build\` first`);
  const source = join(root, 'chaos/live/power-node.ts');
  if (!existsSync(source)) return { shipped, power: join(root, 'dist/lib/chaos/live/power-node.js') };
  const power = join(root, 'dist/run/chaos/live/power-node.js');
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile: power,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  return { shipped, power };
}
