/**
 * Runs a TypeScript program of this tree: `node scripts/run.mjs bench/main.ts [arguments]`.
 *
 * Node 20 does not read TypeScript, so the file and what it imports from the tree are bundled to `dist/run/`
 * first (a tenth of a second); packages stay in node_modules. The program sees its own arguments in
 * `process.argv`, and the repository's root as working directory.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined || !existsSync(join(root, entry))) {
  console.error(`${entry ?? 'usage: node scripts/run.mjs <file.ts> [arguments]:'} does not exist`);
  process.exit(66);
}
const outfile = join(root, 'dist/run', entry.replace(/\.ts$/, '.js'));
await build({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.chdir(root);
process.argv = [process.execPath, outfile, ...rest];
process.setSourceMapsEnabled(true);
await import(pathToFileURL(outfile).href);
