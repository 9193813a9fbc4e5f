/**
 * The tarball: `npm pack` gives one that installs offline, with an empty npm cache, into an empty folder, without
 * running any install script, and what is installed runs: the bin, the library's entry points and their types.
 *
 * Needs a build; `npm run package` and `npm run check` make one before.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'flotilla-package-')));
const folder = join(scratch, 'empty');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Runs npm with nothing of this machine's configuration: an empty cache, no user or global settings, no network. */
function npm(cwd: string, ...args: readonly string[]): string {
  const isolation = {
    npm_config_cache: join(scratch, 'cache'),
    npm_config_userconfig: join(scratch, 'npmrc'),
    npm_config_globalconfig: join(scratch, 'npmrc-of-all'),
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_offline: 'true',
    npm_config_ignore_scripts: 'true',
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
  const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  return run(cwd, 'npm', args, { ...Object.fromEntries(inherited), ...isolation });
}

function run(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  return execFileSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

let packed: Packed;

beforeAll(() => {
  mkdirSync(folder);
  writeFileSync(join(scratch, 'npmrc'), '');
  const [first] = JSON.parse(npm(root, 'pack', '--json', '--pack-destination', scratch)) as readonly Packed[];
  if (first === undefined) throw new Error('npm pack packed nothing');
  packed = first;
  npm(folder, 'install', join(scratch, packed.filename));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the tarball', () => {
  it('holds what runs and nothing of what it was made from', () => {
    const own = packed.files.map(({ path }) => path).filter((path) => !path.startsWith('node_modules/'));
    expect(own).toEqual(
      expect.arrayContaining(['LICENSE', 'dist/bin/flotilla.js', 'dist/bin/node.js', 'dist/lib/src/index.js']),
    );
    expect(
      own.filter((path) => !/^(dist\/(bin|lib)\/|package\.json$|LICENSE$|README\.md$|ARCHITECTURE\.md$)/.test(path)),
    ).toEqual([]);
    expect(own.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
  });

  // Three quarters of it are dependencies: LevelDB brings its sources and a library for each platform.
  it('is smaller than 6.5 MiB', () => {
    expect(statSync(join(scratch, packed.filename)).size).toBeLessThan(6.5 * 2 ** 20);
  });

  it('names no path of the machine that built it', () => {
    const texts = packed.files
      .filter(({ path }) => path.startsWith('dist/'))
      .map(({ path }) => readFileSync(join(root, path), 'utf8'));
    expect(texts.filter((text) => text.includes(root))).toEqual([]);
  });
});

describe('installed offline into an empty folder', () => {
  it('`npx flotilla --version` prints the version', () => {
    expect(npm(folder, 'exec', '--', 'flotilla', '--version').trim()).toContain(version);
  });

  it('`import` finds each entry point', () => {
    const program = `for (const name of ['flotilla', 'flotilla/testing', 'flotilla/raft']) {
      const module = await import(name);
      if (Object.keys(module).length === 0) throw new Error(name + ' exports nothing');
      console.log(name);
    }`;
    expect(run(folder, process.execPath, ['--input-type=module', '-e', program]).trim().split('\n')).toHaveLength(3);
  });

  it('TypeScript finds the types of each entry point', () => {
    const names = ['flotilla', 'flotilla/testing', 'flotilla/raft'];
    const uses = names.map((name, index) => `import * as m${index} from '${name}';`).join('\n');
    writeFileSync(
      join(folder, 'user.ts'),
      `${uses}\nexport const all: readonly object[] = [m0, m1, m2];\nexport const at = m2.offset(1);\n`,
    );
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      'node',
      '--typeRoots',
    ];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    expect(run(folder, process.execPath, [tsc, ...options, join(root, 'node_modules/@types'), 'user.ts'])).toBe('');
  });

  it('no addon was compiled', () => {
    const built = join(folder, 'node_modules/flotilla/node_modules/classic-level/build');
    expect(() => statSync(built)).toThrow(/ENOENT/);
  });
});
