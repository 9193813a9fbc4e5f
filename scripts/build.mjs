/**
 * Builds `dist/`: two bundles that start fast, and the library.
 *
 *   dist/bin/flotilla.js   the CLI, entry src/cli/main.ts      each runs one file, with V8's cache of it: three hundred
 *   dist/bin/node.js       one node, entry src/node-main.ts    small modules cost 100 ms at every start, a bundle 25, this 4
 *   dist/lib/**            raft, storage, src and chaos as modules with declarations, for `import 'flotilla'`; and the
 *                          planted bugs of `flotilla chaos mutants`, compiled (scripts/mutants.mjs)
 *
 *   node scripts/build.mjs                        everything, from clean
 *   node scripts/build.mjs --if-stale             only what is older than its sources
 *   node scripts/build.mjs --if-stale --bin       only the bundles (what `npm start` needs)
 *
 * Native addons stay outside of the bundles: they are found in node_modules at run time.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { compileMutants } from './mutants.mjs';

const root = resolve(import.meta.dirname, '..');
const rooms = ['raft', 'storage', 'src', 'chaos'];
const entries = { flotilla: 'src/cli/main.ts', node: 'src/node-main.ts' };

/** Bundles classic-level's JavaScript but leaves the file that loads its prebuilt addon where the addon is. */
const nativeAddons = {
  name: 'native-addons',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/binding(\.js)?$/ }, (found) =>
      /[\\/]classic-level$/.test(found.resolveDir) ? { path: 'classic-level/binding.js', external: true } : undefined,
    );
    bundler.onResolve({ filter: /^@node-rs\/crc32/ }, (found) => ({ path: found.path, external: true }));
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  // Less to read and parse: a third of a node's start. Names stay, so that stack traces can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  // What is imported dynamically is loaded when it is reached.
  supported: { 'dynamic-import': false },
  // CommonJS has no `import.meta`; its URL is only handed to `createRequire`, which takes a path too.
  define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
};

/** What is loaded later, or not by all commands, lies in files of its own. */
const apart = {
  name: 'apart',
  setup(bundler) {
    const files = {
      'node-main.ts': './node.js',
      'tools.ts': './tools.js',
      winston: './winston.js',
      yaml: './yaml.js',
      re2js: './re2js.js',
    };
    bundler.onResolve({ filter: /(\/node-main\.ts|\/commands\/tools\.ts|^winston|^yaml|^re2js)$/ }, (found) => {
      const path = found.kind === 'dynamic-import' ? files[found.path.split('/').at(-1)] : undefined;
      return path === undefined ? undefined : { path, external: true };
    });
  },
};

async function buildBundles() {
  const missing = Object.values(entries).filter((entry) => !existsSync(join(root, entry)));
  if (missing.length > 0) throw new Error(`cannot bundle: ${missing.join(' and ')} missing`);
  const target = join(root, 'dist/bin');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const plugins = [nativeAddons, apart];
  await build({ ...common, outdir: target, plugins, entryPoints: { tools: 'src/cli/commands/tools.ts' } });
  await build({ ...common, outdir: target, entryPoints: { winston: 'winston', yaml: 'yaml', re2js: 're2js' } });
  for (const [name, entry] of Object.entries(entries)) await buildEntry(target, name, entry, plugins);
  writeFileSync(join(target, 'package.json'), '{"type":"commonjs"}\n');
}

/** The code, named by its hash, and the file that runs it with V8's cache. */
async function buildEntry(target, name, entry, plugins) {
  const { outputFiles } = await build({
    ...common,
    entryPoints: { [name]: entry },
    outdir: target,
    write: false,
    plugins,
  });
  const codeOf = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text;
  const [hashbang, ...lines] = codeOf('.js').split('\n');
  if (!hashbang.startsWith('#!')) throw new Error(`${entry} must begin with #!/usr/bin/env node`);
  // An empty line in its place: the map counts lines.
  const code = `\n${lines.join('\n')}`;
  const file = `${name}-${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`;
  writeFileSync(join(target, file), code.replace(/\/\/# sourceMappingURL=.*/, `//# sourceMappingURL=${file}.map`));
  writeFileSync(join(target, `${file}.map`), codeOf('.map'));
  const start = join(target, `${name}.js`);
  await build({
    ...common,
    stdin: {
      contents: `${hashbang}\nimport { runCached } from './src/runtime/cached-code.ts';\nrunCached(__dirname + '/${file}', require);\n`,
      resolveDir: root,
    },
    outfile: start,
    sourcemap: false,
  });
  chmodSync(start, 0o755);
}

function run(script, args) {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' });
    child.on('error', failed);
    child.on('exit', (code) =>
      code === 0 ? done() : failed(new Error(`${script} ${args.join(' ')} failed (${code})`)),
    );
  });
}

/** Every file below `folder`, as paths from the root. */
function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

async function buildLibrary() {
  rmSync(join(root, 'dist/lib'), { recursive: true, force: true });
  await run('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json']);
  // tsc reads generated code through its .d.ts and copies neither.
  const generated = filesBelow('src').filter((file) => file.includes('/generated/'));
  for (const file of generated) {
    mkdirSync(join(root, 'dist/lib', dirname(file)), { recursive: true });
    cpSync(join(root, file), join(root, 'dist/lib', file));
  }
  writeBuildId();
  compileMutants();
}

/** Which commit this is a build of, for who reports a failure of it; `+`: and more. */
function writeBuildId() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  let commit = `v${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}`;
  try {
    const changes = git('status', '--porcelain', '--untracked-files=no').trim();
    commit = `${git('rev-parse', '--short=12', 'HEAD').trim()}${changes === '' ? '' : '+'}`;
  } catch {
    // Not in a repository: the version is what is known.
  }
  writeFileSync(join(root, 'dist/lib/build.json'), `${JSON.stringify({ commit })}\n`);
}

function isStale(product) {
  const stamp = join(root, 'dist', product, '.built');
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  const scripts = ['scripts/build.mjs', 'scripts/mutants.mjs'];
  const others = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', ...scripts];
  const files = rooms.flatMap(filesBelow);
  // A folder's time moves when a file in it is removed.
  const sources = new Set([...files, ...files.map(dirname), ...others]);
  return [...sources].some((path) => statSync(join(root, path)).mtimeMs > built);
}

const started = performance.now();
const ifStale = process.argv.includes('--if-stale');
const products = [
  { name: 'bin', make: buildBundles },
  { name: 'lib', make: buildLibrary },
].filter((product) => !process.argv.includes('--bin') || product.name === 'bin');
const wanted = products.filter((product) => !ifStale || isStale(product.name));
const startedAt = new Date();
const results = await Promise.allSettled(wanted.map((product) => product.make()));
for (const [index, result] of results.entries()) {
  const { name } = wanted[index];
  if (result.status === 'fulfilled') {
    const stamp = join(root, 'dist', name, '.built');
    writeFileSync(stamp, '');
    // What changed while the build ran is newer than the build.
    utimesSync(stamp, startedAt, startedAt);
  } else {
    console.error(`build: ${result.reason instanceof Error ? result.reason.message : result.reason}`);
    process.exitCode = 1;
  }
}
if (wanted.length > 0 && process.exitCode !== 1) {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`built ${wanted.map((product) => `dist/${product.name}`).join(' and ')} in ${seconds} s`);
}
