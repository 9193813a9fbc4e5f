/**
 * The arrows between rooms and folders (`.dependency-cruiser.cjs`) hold in this tree, every file of it was looked
 * at, and in a tree of planted violations each rule finds its own.
 *
 * Both assertions around the rules matter: a parser that does not understand the sources finds no modules, and
 * then no violations either.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const rooms = ['raft', 'storage', 'src', 'chaos', 'test', 'bench', 'fuzz', 'interop'] as const;

async function cruiseTree(baseDir: string, folders: readonly string[]): Promise<ICruiseResult> {
  const options = await extractOptions(join(root, '.dependency-cruiser.cjs'));
  const { output } = await cruise([...folders], { ...options, baseDir });
  if (typeof output === 'string') throw new Error(output);
  return output;
}

function sourcesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** File → content; each violates the rule named, and no file is there by chance. */
const plants: readonly (readonly [rule: string, path: string, code: string])[] = [
  ['raft-imports-only-itself', 'raft/bad-storage.ts', `import '../storage/index.ts';`],
  ['raft-imports-only-itself', 'raft/bad-type.ts', `import type { A } from '../storage/index.ts'; export type B = A;`],
  ['raft-imports-only-itself', 'raft/bad-core.ts', `import 'node:fs';`],
  ['storage-imports-only-raft', 'storage/bad-src.ts', `import '../src/one/index.ts';`],
  ['product-imports-no-proof', 'src/one/bad-chaos.ts', `import '../../chaos/x.ts';`],
  ['through-the-face-of-raft', 'storage/bad-raft.ts', `import '../raft/inner.ts';`],
  ['through-the-face-of-storage', 'src/one/bad-storage.ts', `import '../../storage/inner.ts';`],
  ['through-the-face-of-storage-batch', 'storage/bad-batch.ts', `import './batch/inner.ts';`],
  ['through-the-face-of-a-folder', 'src/one/bad-folder.ts', `import '../two/inner.ts';`],
  ['through-the-face-of-a-folder', 'src/bad-top.ts', `export type { A } from './two/inner.ts';`],
  ['real-ports-only-at-the-edge', 'src/one/bad-port.ts', `import '../runtime/index.ts';`],
  ['real-ports-only-at-the-edge', 'src/one/bad-disk.ts', `import '../../storage/node-disk.ts';`],
  ['nobody-imports-the-cli', 'src/one/bad-cli.ts', `import '../cli/index.ts';`],
  ['no-circles', 'src/one/circle-a.ts', `import type { B } from './circle-b.ts'; export type A = B;`],
  ['imports-resolve', 'src/one/bad-path.ts', `import './nowhere.ts';`],
  ['product-needs-no-development-package', 'src/one/bad-package.ts', `import 'kafkajs';`],
];

const soil: readonly (readonly [path: string, code: string])[] = [
  ['raft/index.ts', `export type { A } from './inner.ts';`],
  ['raft/inner.ts', `export type A = 1;`],
  ['storage/index.ts', `import type { A } from '../raft/index.ts'; export type { A };`],
  ['storage/inner.ts', `import './batch/index.ts'; export type A = 1;`],
  ['storage/node-disk.ts', `import 'node:fs';`],
  ['storage/batch/index.ts', `import './inner.ts';`],
  ['storage/batch/inner.ts', `export type A = 1;`],
  ['src/one/index.ts', `import '../two/index.ts'; import '../../storage/batch/index.ts';`],
  ['src/one/circle-b.ts', `import type { A } from './circle-a.ts'; export type B = A;`],
  ['src/two/index.ts', `export type { A } from './inner.ts';`],
  ['src/two/inner.ts', `export type A = 1;`],
  ['src/runtime/index.ts', `import '../../storage/node-disk.ts';`],
  ['src/cli/index.ts', `import '../runtime/index.ts';`],
  ['src/node.ts', `import './runtime/node-clock.ts';`],
  ['src/runtime/node-clock.ts', `export const x = 1;`],
  ['chaos/x.ts', `import '../src/two/inner.ts';`],
  ['package.json', `{ "dependencies": {}, "devDependencies": { "kafkajs": "1.0.0" } }`],
  ['tsconfig.json', `{ "compilerOptions": { "module": "NodeNext" } }`],
  ['node_modules/kafkajs/package.json', `{ "name": "kafkajs", "version": "1.0.0", "main": "index.js" }`],
  ['node_modules/kafkajs/index.js', ``],
];

const scratch = mkdtempSync(join(tmpdir(), 'flotilla-arrows-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('arrows', () => {
  it('hold in every source file of the tree', async () => {
    const { modules, summary } = await cruiseTree(root, rooms);
    const violations = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
    expect(violations).toEqual([]);
    const cruised = new Set(modules.map((module) => module.source));
    const sources = rooms.flatMap(sourcesBelow);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((file) => !cruised.has(file))).toEqual([]);
    expect(summary.totalDependenciesCruised ?? 0).toBeGreaterThan(sources.length);
  });

  it('are seen to be broken where they are, and nowhere else', async () => {
    for (const [path, code] of [...soil, ...plants.map(([, path, code]) => [path, code] as const)]) {
      mkdirSync(dirname(join(scratch, path)), { recursive: true });
      writeFileSync(join(scratch, path), `${code}\n`);
    }
    const { summary } = await cruiseTree(scratch, ['raft', 'storage', 'src', 'chaos']);
    const seen = new Set(summary.violations.map(({ rule, from }) => `${rule.name} ${from}`));
    expect(plants.map(([rule, path]) => `${rule} ${path}`).filter((each) => !seen.has(each))).toEqual([]);
    const planted = new Set(plants.map(([, path]) => path));
    expect(summary.violations.filter(({ from }) => !planted.has(from))).toEqual([]);
  });
});
