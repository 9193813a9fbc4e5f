/**
 * Tidy: what no linter knows of, checked by reading the source as text.
 *
 * Each rule is one function from files to complaints, and each complaint names the place and what to do. That the
 * rules notice anything is checked at the end, on a file that breaks them all.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../src/version.ts';

interface Source {
  /** From the root, '/'-separated. */
  readonly path: string;
  readonly lines: readonly string[];
}

const root = resolve(import.meta.dirname, '..');
const rooms = ['raft', 'storage', 'src', 'chaos', 'test', 'bench', 'fuzz', 'interop', 'scripts'] as const;

const LINE_WIDTH_MAX = 140;
const FILE_LINES_MAX = 400;

/** Files that may be longer than {@link FILE_LINES_MAX}, and why. */
const longFiles: Readonly<Record<string, string>> = {};

/** Lines that may be wider: one long string or pattern, and data whose rows are read as rows. */
const unbreakable = /^\s*(?:['"`]|\/[^/*])/;
const wideFiles = /^src\/wire\/schema\/|\/golden\/|\/fixtures\//;

/**
 * `catch` sites of the core and what runs on it, per file. A new one needs a reason that convinces a reviewer: an error is a
 * bug (dies), a refusal (a value) or a disk fault (stops the replica), and none of the three is caught in passing.
 * The edges (runtime, CLI, real ports) talk to throwing APIs and are not counted. `UPDATE=1 npm run tidy` rewrites the list.
 */
const catchList = join(root, 'test/tidy-catch-sites.json');
const catchSites = JSON.parse(readFileSync(catchList, 'utf8')) as Readonly<Record<string, number>>;
const edges = /^(src\/(runtime|cli)\/|src\/(node|node-main)\.ts$|storage\/(node-disk|level-key-value)\.ts$)/;

function readSources(): readonly Source[] {
  return rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs|js)$/.test(name) && !/(^|\/)(generated|fixtures)\//.test(name))
      .map((name) => ({ path: `${room}/${name}`, lines: readFileSync(join(root, room, name), 'utf8').split('\n') })),
  );
}

/** Complaints about each line for which `complain` has one. */
function perLine(sources: readonly Source[], complain: (line: string, source: Source) => string | null): string[] {
  return sources.flatMap((source) =>
    source.lines.flatMap((line, index) => {
      const complaint = complain(line, source);
      return complaint === null ? [] : [`${source.path}:${index + 1}: ${complaint}`];
    }),
  );
}

/** The line without strings and comments, as far as one line can tell. */
function codeOf(line: string): string {
  if (/^\s*(\*|\/\*|\/\/)/.test(line)) return '';
  return line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\$]|\\.)*`/g, "''").replace(/\/\/.*$/, '');
}

function tooWide(sources: readonly Source[]): string[] {
  return perLine(sources, (line, { path }) =>
    line.length > LINE_WIDTH_MAX && !wideFiles.test(path) && !unbreakable.test(line)
      ? `${line.length} characters wide, over ${LINE_WIDTH_MAX}: \`npm run format\`, or break it`
      : null,
  );
}

function tooLong(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path, lines }) => lines.length - 1 > FILE_LINES_MAX && !(path in longFiles))
    .map(({ path, lines }) => `${path}:${lines.length - 1}: over ${FILE_LINES_MAX} lines, which concept can leave?`);
}

function withoutHeader(sources: readonly Source[]): string[] {
  const complaint = 'open the file with a /** comment: what this is, the picture, the invariants';
  return sources.flatMap(({ path, lines }) => {
    const rest = lines.slice(lines.findIndex((line) => line.trim() !== '' && !/^(#!|import )/.test(line)));
    const end = rest.findIndex((line) => line.includes('*/'));
    const length = rest.slice(0, end + 1).join('').length;
    const isSmall = basename(path) === 'index.ts' || path.startsWith('test/');
    return rest[0]?.startsWith('/**') === true && length >= (isSmall ? 30 : 60) ? [] : [`${path}:1: ${complaint}`];
  });
}

function unfinished(sources: readonly Source[]): string[] {
  // Written in two parts, or this rule would find itself.
  const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
  return perLine(sources, (line) => (marks.test(line) ? 'finish it, or file it and take the mark out' : null));
}

function foreignWords(sources: readonly Source[]): string[] {
  const banned =
    /\b\w*(?:[eE]poch|logIndex|LogIndex|commitIndex|CommitIndex|lastIndex|LastIndex|matchIndex|MatchIndex)\w*\b/;
  return perLine(
    sources.filter(({ path }) => path.startsWith('raft/')),
    (line) => {
      const word = banned.exec(codeOf(line))?.[0];
      return word === undefined
        ? null
        : `one word per thing: \`${word}\` is term, offset, highWatermark, logEndOffset or matchOffset here`;
    },
  );
}

function vagueNames(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => /(^|[-/])(utils?|helpers?|commons?|managers?|misc)([-./]|$)/.test(path))
    .map(({ path }) => `${path}:1: name the concept; "${basename(path)}" says only that there was none`);
}

function oddNames(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|property\.test|d))?\.(ts|mjs|js)$/.test(basename(path)))
    .map(({ path }) => `${path}:1: file names are kebab-case nouns`);
}

function machinePaths(sources: readonly Source[]): string[] {
  const path = new RegExp(`/${'work'}/|\\b${'shared'}/(kafka|peers)|/${'root'}/|/home/\\w+/`);
  return perLine(sources, (line) =>
    path.test(line) ? 'no path of one machine: copy the data into test/fixtures' : null,
  );
}

function catchesIn({ lines }: Source): number {
  return lines.filter((line) => /\bcatch\s*(\(|\{)|\.catch\(/.test(codeOf(line))).length;
}

const isCounted = ({ path }: Source): boolean => /^(raft|storage|src)\//.test(path) && !edges.test(path);

function uncountedCatches(sources: readonly Source[]): string[] {
  return sources.filter(isCounted).flatMap((source) => {
    const [now, listed] = [catchesIn(source), catchSites[source.path] ?? 0];
    if (now > listed)
      return [
        `${source.path}:1: ${now} catch sites, ${listed} are listed in test/tidy-catch-sites.json: who handles it?`,
      ];
    return now < listed
      ? [`${source.path}:1: only ${now} catch sites now: lower test/tidy-catch-sites.json from ${listed}`]
      : [];
  });
}

const scriptsOf = (): Readonly<Record<string, string>> =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts;

/** `npm run x` in the documents exists; so do files that they name by path. */
function unknownCommands(documents: readonly Source[]): string[] {
  const scripts = scriptsOf();
  return perLine(documents, (line) => {
    const missing = [...line.matchAll(/npm run ([a-z][\w:-]*)/g)]
      .map(([, name]) => name ?? '')
      .filter((name) => !(name in scripts));
    return missing.length === 0 ? null : `package.json has no script ${missing.join(', ')}`;
  });
}

function readDocuments(): readonly Source[] {
  return readdirSync(root)
    .filter((name) => name.endsWith('.md'))
    .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }));
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

/** npm leaves out optional packages that its registry does not offer at the time, and `npm ci` then refuses the file. */
function missingFromLock({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([where, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !(`node_modules/${name}` in packages) && !(`${where}/node_modules/${name}` in packages))
      .map((name) => `package-lock.json: ${where} wants ${name}, which has no entry: add {version, os, cpu, optional}`),
  );
}

const rules = {
  'no line is too wide': tooWide,
  'no file is too long': tooLong,
  'every file opens with a header comment': withoutHeader,
  'nothing is marked unfinished': unfinished,
  'raft/ uses the words of the glossary': foreignWords,
  'file names name a concept': vagueNames,
  'file names are kebab-case': oddNames,
  'no machine is named': machinePaths,
  'every catch is listed': uncountedCatches,
} as const;

describe('tidy', () => {
  const sources = readSources();
  if (process.env['UPDATE'] === '1') {
    const counted = sources.filter(isCounted).map((source) => [source.path, catchesIn(source)] as const);
    const present = counted.filter(([, count]) => count > 0).sort(([left], [right]) => (left < right ? -1 : 1));
    writeFileSync(catchList, `${JSON.stringify(Object.fromEntries(present), null, 2)}\n`);
  }

  it('reads the sources', () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  it.each(Object.entries(rules))('%s', (_title, rule) => {
    expect(rule(sources)).toEqual([]);
  });

  it('files that may be long are long', () => {
    const lengths = new Map(sources.map(({ path, lines }) => [path, lines.length - 1]));
    expect(Object.keys(longFiles).filter((path) => (lengths.get(path) ?? 0) <= FILE_LINES_MAX)).toEqual([]);
  });

  it('listed catch sites are in files that exist', () => {
    const paths = new Set(sources.map(({ path }) => path));
    expect(Object.keys(catchSites).filter((path) => !paths.has(path))).toEqual([]);
  });

  it('the version is the one of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    expect(VERSION).toBe(version);
  });

  it('every dependency is bundled into the tarball, which must install offline', () => {
    const { dependencies, bundleDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies: Readonly<Record<string, string>>;
      readonly bundleDependencies: readonly string[];
    };
    expect(bundleDependencies).toEqual(Object.keys(dependencies));
  });

  it('documents name commands that exist', () => {
    expect(unknownCommands(readDocuments())).toEqual([]);
  });

  it('the lock file is one that npm ci accepts on every platform', () => {
    expect(missingFromLock(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock)).toEqual([]);
  });
});

describe('tidy notices', () => {
  const bad: Source = {
    path: 'raft/Log_utils.ts',
    lines: [
      `import { a } from './a.ts';`,
      `export const leaderEpoch = 1; // ${'TO' + 'DO'}`,
      `try { f('/${'work'}/x'); } catch (error) { f('${'x'.repeat(LINE_WIDTH_MAX)}'); }`,
      ...Array.from({ length: FILE_LINES_MAX }, () => ''),
    ],
  };
  const good: Source = {
    path: 'raft/log-view.ts',
    lines: [
      '/**',
      ' * The log as the core sees it: positions only, never bytes.',
      ' * Kafka: leader epoch.',
      ' */',
      `export const text = 'epoch';`,
      '',
    ],
  };

  it.each(Object.entries(rules))('a file that breaks: %s', (_title, rule) => {
    const named = rule === vagueNames ? { ...bad, path: 'raft/log-utils.ts' } : bad;
    expect(rule([named])).not.toEqual([]);
    expect(rule([good])).toEqual([]);
  });

  it('a document that names a command that does not exist', () => {
    expect(
      unknownCommands([{ path: 'README.md', lines: ['npm run nothing-of-the-kind', 'npm run check'] }]),
    ).toHaveLength(1);
  });

  it('a lock file without an optional package', () => {
    expect(missingFromLock({ packages: { a: { optionalDependencies: { b: '1' } } } })).toHaveLength(1);
  });
});
