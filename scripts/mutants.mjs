/**
 * Compiles the planted bugs: `chaos/mutants/list/*.json` are edits of the TypeScript sources, an installed package has compiled
 * modules only. Each changed file goes through the same compiler, with the same settings, as `dist/lib` did; what differs
 * from the module in `dist/lib` is kept as one splice.
 *
 *   list/*.json ─ edits ─▶ changed sources ─ tsc, once for all ─▶ changed modules ─ minus dist/lib ─▶ dist/lib/chaos/mutants/compiled.json
 *
 * `{ …mutant, splices: [{ file, sha256 of the unchanged module, from, to, text }] }`; one whose edit no longer has exactly one
 * place is written as `stale`, with the reason: `npm run check` fails then, the build goes on.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const listFolder = join(root, 'chaos/mutants/list');
const source = (path) => readFileSync(join(root, path), 'utf8');

/** A small cluster with little work on it, which every hint begins from: what a bug needs more is in its own hint. */
const small = JSON.parse(source('chaos/mutants/small-shape.json'));

function fullHint({ faults, shape = {} }) {
  return { faults, shape: { ...small, ...shape, workload: { ...small.workload, ...shape.workload } } };
}

/** All mutants, in the order of files and places. */
function readList() {
  const files = readdirSync(listFolder).filter((name) => name.endsWith('.json'));
  return files.sort().flatMap((name) => JSON.parse(readFileSync(join(listFolder, name), 'utf8')));
}

/** The changed sources by path; a text when an edit does not apply. */
function changedSources({ edits }) {
  const changed = new Map();
  for (const { file, search, replace } of edits) {
    const parts = (changed.get(file) ?? source(file)).split(search);
    if (parts.length !== 2) return `an edit has ${parts.length - 1} places in ${file}: ${search}`;
    changed.set(file, parts.join(replace));
  }
  return changed;
}

/** Compiles `folder/**`, file by file: nothing is resolved, nothing is checked. Emits into `folder/out`. */
function compile(folder) {
  const compilerOptions = {
    rootDir: '.',
    outDir: 'out',
    noResolve: true,
    noCheck: true,
    types: [],
    declaration: false,
  };
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.build.json'), compilerOptions, include: ['./**/*.ts'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: folder, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the mutants do not compile: ${run.stdout}${run.stderr}`);
}

function spliceOf(path, before, after) {
  if (before === after) throw new Error(`${path} is the same module with the bug and without`);
  const longest = Math.min(before.length, after.length);
  let from = 0;
  while (from < longest && before[from] === after[from]) from += 1;
  let kept = 0;
  while (kept < longest - from && before.at(-1 - kept) === after.at(-1 - kept)) kept += 1;
  const sha256 = createHash('sha256').update(before).digest('hex');
  return { file: path, sha256, from, to: before.length - kept, text: after.slice(from, after.length - kept) };
}

const moduleOf = (path) => path.replace(/\.ts$/, '.js');

/** Writes `dist/lib/chaos/mutants/compiled.json`; the rest of `dist/lib` must be there. */
export function compileMutants(log = console.log) {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-mutants-build-'));
  try {
    const planned = readList().map((mutant, index) => ({ mutant, index, changed: changedSources(mutant) }));
    const write = (path, text) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    for (const { index, changed } of planned) {
      if (typeof changed === 'string') continue;
      for (const [path, text] of changed) write(`${index}/${path}`, text);
    }
    compile(folder);
    const compiled = planned.map(({ mutant, index, changed }) => {
      const { edits: _edits, ...words } = mutant;
      const rest = { ...words, hint: fullHint(mutant.hint) };
      if (typeof changed === 'string') {
        log(`stale mutant ${mutant.id}: ${changed}`);
        return { ...rest, stale: changed, splices: [] };
      }
      const splices = [...changed.keys()].map((path) => {
        const file = moduleOf(path);
        const before = readFileSync(join(root, 'dist/lib', file), 'utf8');
        return spliceOf(file, before, readFileSync(join(folder, `out/${index}/${file}`), 'utf8'));
      });
      return { ...rest, stale: null, splices };
    });
    const target = join(root, 'dist/lib/chaos/mutants/compiled.json');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, `${JSON.stringify(compiled)}\n`);
    return compiled;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `flotilla chaos mutants -o json` gave, into the lists: `node scripts/mutants.mjs result.json …`. */
function record(paths) {
  const results = new Map();
  for (const path of paths) {
    for (const { id, caught, seeds, invariant, hinted } of JSON.parse(readFileSync(path, 'utf8'))) {
      const known = results.get(id) ?? {};
      results.set(id, { ...known, [hinted ? 'hinted' : 'swarm']: caught ? { seeds, invariant } : null });
    }
  }
  for (const name of readdirSync(listFolder)) {
    const path = join(listFolder, name);
    const list = JSON.parse(readFileSync(path, 'utf8'));
    for (const mutant of list) {
      const found = results.get(mutant.id);
      if (found !== undefined) mutant.caught = { ...mutant.caught, ...found };
    }
    writeFileSync(path, `${JSON.stringify(list, null, 2)}\n`);
  }
}

if (process.argv[1] === import.meta.filename) record(process.argv.slice(2));
