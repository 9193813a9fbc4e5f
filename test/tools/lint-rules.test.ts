/**
 * The lint rules find what they are for: a tree of planted violations, one file each, is linted once with the
 * project's own configuration, and every plant must be reported by the rule that is meant for it, the allowed
 * cases by none. Without this, a rule that a new version of the linter renamed would just fall silent.
 */
import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Plant {
  readonly folder: string;
  /** The rule that must fire, or null when the code is allowed there. */
  readonly rule: string | null;
  readonly code: string;
}

const globals = 'eslint(no-restricted-globals)';
const properties = 'eslint(no-restricted-properties)';
const imports = 'eslint(no-restricted-imports)';
const pure = 'flotilla(pure)';
const plant = (folder: string, rule: string | null, code: string): Plant => ({ folder, rule, code });

const plants: readonly Plant[] = [
  // raft/ is pure and synchronous
  plant('raft', imports, `import { readFileSync } from 'node:fs'; export const x: unknown = readFileSync;`),
  plant('raft', imports, `import { Buffer } from 'node:buffer'; export const x: unknown = Buffer;`),
  plant('raft', imports, `import * as level from 'level'; export const x: unknown = level;`),
  plant('raft', pure, `export async function f(): Promise<void> {}`),
  plant('raft', pure, `export const x: unknown = Promise.resolve(1);`),
  plant('raft', pure, `export interface X { f(): Promise<number> }`),
  plant('raft', pure, `export function* f(): Generator<number> { yield 1; }`),
  plant('raft', pure, `export const x: unknown = () => import('./other.ts');`),
  plant('raft', pure, `export const x: unknown = Buffer.alloc(1);`),
  plant('raft', globals, `export const x: number = Date.now();`),
  plant('raft', globals, `export const x: unknown = new Date();`),
  plant('raft', globals, `export const x: number = performance.now();`),
  plant('raft', properties, `export const x: number = Math.random();`),
  plant('raft', globals, `export const x: string = crypto.randomUUID();`),
  plant('raft', globals, `export const x: unknown = setTimeout(() => undefined, 1);`),
  plant('raft', globals, `console.log(1); export {};`),
  plant('raft', globals, `export const x: number = process.pid;`),
  plant('raft', globals, `export const x: unknown = globalThis;`),
  plant(
    'raft',
    null,
    `import type { A } from './a.ts'; /** X. */ export type X = A; const x: number = Math.max(1, 2); export { x };`,
  ),
  plant('raft/quorum', null, `import type { A } from '../a.ts'; /** X. */ export type X = A;`),

  // storage/ touches files and level through one file each
  plant('storage', imports, `import { readFileSync } from 'node:fs'; export const x: unknown = readFileSync;`),
  plant('storage', imports, `import { open } from 'node:fs/promises'; export const x: unknown = open;`),
  plant('storage', imports, `import { Level } from 'level'; export const x: unknown = Level;`),
  plant('storage', null, `/** X. */ export async function f(): Promise<void> { await Promise.resolve(); }`),
  plant(
    'storage/node-disk.ts',
    null,
    `import { readFileSync } from 'node:fs'; export const x: unknown = readFileSync;`,
  ),
  plant('storage/node-disk.ts', imports, `import { Level } from 'level'; export const y: unknown = Level;`),
  plant(
    'storage/level-key-value.ts',
    null,
    `import { Level } from 'level'; /** X. */ export const x: unknown = Level;`,
  ),
  plant('storage/level-key-value.ts', imports, `import { open } from 'node:fs'; export const y: unknown = open;`),

  // src/ reaches the outside through ports
  ...['node:fs', 'node:net', 'node:http', 'node:timers/promises', 'node:crypto', 'node:stream', 'node:zlib'].map(
    (name) => plant('src/server', imports, `import * as outside from '${name}'; export const x: unknown = outside;`),
  ),
  plant(
    'src/server',
    'unicorn(prefer-node-protocol)',
    `import * as outside from 'fs'; export const x: unknown = outside;`,
  ),
  plant('src/server', imports, `import * as winston from 'winston'; export const x: unknown = winston;`),
  plant('src/server', imports, `import { x } from '../../chaos/testing.ts'; export const y: unknown = x;`),
  plant('src/server', globals, `export const x: number = Date.now();`),
  plant('src/server', globals, `setImmediate(() => undefined); export {};`),
  plant('src/server', globals, `queueMicrotask(() => undefined); export {};`),
  plant('src/server', globals, `process.nextTick(() => undefined); export {};`),
  plant('src/server', globals, `console.error('x'); export {};`),
  plant('src/server', globals, `export const x: unknown = AbortSignal.timeout(1);`),
  plant('src/server', properties, `export const x: number = Math.random();`),
  plant('src/server', properties, `export const x: string = (1).toLocaleString();`),
  plant('src/server', 'flotilla(no-dynamic-import)', `export const x: unknown = () => import('./other.ts');`),
  plant('src/server', 'flotilla(no-module-state)', `export let x: number = 1; x = 2;`),
  plant('src/server', 'flotilla(no-module-state)', `export class A { static count = 0; }`),
  plant('src/server', null, `import { Buffer } from 'node:buffer'; export const x: unknown = Buffer.alloc(1);`),
  plant(
    'src/runtime',
    null,
    `import * as net from 'node:net'; export const x: unknown = [net, Date.now(), setImmediate];`,
  ),
  plant('src/runtime', properties, `export const x: number = Math.random();`),
  plant('src/cli', null, `export const f = async (): Promise<void> => { console.log(await import('./other.ts')); };`),

  // the language
  plant('src/server', 'import(no-default-export)', `export default 1;`),
  plant('src/server', 'flotilla(erasable)', `export enum A { One }`),
  plant('src/server', 'flotilla(erasable)', `export namespace A { export const x = 1; }`),
  plant('src/server', 'flotilla(erasable)', `export class A { constructor(private readonly x: number) { this.x; } }`),
  plant('src/server', 'typescript(no-non-null-assertion)', `export const f = (x: string | null): number => x!.length;`),
  plant('src/server', 'typescript(no-explicit-any)', `export const f = (x: any): number => Number(x);`),
  plant(
    'src/server',
    'typescript(consistent-type-imports)',
    `import { A } from './a.ts'; export const f = (x: A): A => x;`,
  ),
  plant('src/server', 'typescript(explicit-module-boundary-types)', `export function f(x: number) { return x + 1; }`),
  plant('src/server', 'eslint(eqeqeq)', `export const f = (x: number): boolean => x == 1;`),
  plant(
    'src/server',
    'flotilla(no-swallowing)',
    `export const f = (g: () => void): void => { try { g(); } catch {} };`,
  ),
  plant('src/server', 'typescript(only-throw-error)', `export const f = (): void => { throw 'text'; };`),
  plant(
    'src/server',
    'typescript(require-array-sort-compare)',
    `export const f = (x: number[]): number[] => x.sort();`,
  ),
  plant(
    'src/server',
    'typescript(no-floating-promises)',
    `export async function g(): Promise<void> {} export function f(): void { g(); }`,
  ),
  plant(
    'src/server',
    'typescript(no-misused-promises)',
    `export async function g(): Promise<boolean> { return true; } export function f(): number { if (g()) return 1; return 2; }`,
  ),
  plant(
    'src/server',
    'typescript(switch-exhaustiveness-check)',
    `export const f = (k: 'a' | 'b'): number => { switch (k) { case 'a': return 1; } return 2; };`,
  ),
  plant(
    'src/server',
    'typescript(switch-exhaustiveness-check)',
    `export const f = (k: 'a' | 'b'): number => { switch (k) { case 'a': return 1; case 'b': return 2; default: return 3; } };`,
  ),
  plant(
    'src/server',
    'typescript(switch-exhaustiveness-check)',
    `export const f = (k: 'a' | 'b'): number => { switch (k) { case 'a': return 1; default: return 3; } };`,
  ),
  plant(
    'src/server',
    null,
    `export const f = (k: number): number => { switch (k) { case 1: return 1; default: return 3; } };`,
  ),

  // tests
  plant('test/server', 'vitest(no-focused-tests)', `import { it } from 'vitest'; it.only('x', () => undefined);`),
  plant('test/server', 'vitest(no-disabled-tests)', `import { it } from 'vitest'; it.skip('x', () => undefined);`),
  plant('chaos/sim', globals, `export const x: number = Date.now();`),
  plant('test/raft', globals, `setTimeout(() => undefined, 1); export {};`),
  plant('test/raft', properties, `export const x: number = Math.random();`),
  plant('test/raft', imports, `import * as net from 'node:net'; export const x: unknown = net;`),
  plant('test/e2e', null, `import * as net from 'node:net'; export const x: unknown = [net, setTimeout];`),
  plant('test/runtime', null, `import * as net from 'node:net'; export const x: unknown = [net, setTimeout];`),

  // size and documents
  plant('raft', 'flotilla(documented)', `export function f(x: number): number { const y = x + 1; return y; }`),
  plant('raft', null, `/** One. */ export function f(x: number): number { const y = x + 1; return y; }`),
  plant('src/server', 'eslint(max-lines-per-function)', `export const f = (): void => {${'\n f();'.repeat(70)}\n};`),
];

const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'flotilla-lint-'));
/** `path:line` of a plant → rules reported there. */
const found = new Map<string, string[]>();

/** Where each plant stands: a file of its own, or a line of the named file. */
const places: readonly string[] = plants.map(({ folder }, index) => {
  if (!folder.endsWith('.ts')) return `${folder}/plant-${index}.ts:1`;
  return `${folder}:${plants.slice(0, index + 1).filter((other) => other.folder === folder).length}`;
});

function writePlants(): void {
  for (const name of ['.oxlintrc.json', 'scripts/lint', 'tsconfig.json']) {
    cpSync(join(root, name), join(scratch, name), { recursive: true });
  }
  for (const [index, { code }] of plants.entries()) {
    const path = join(scratch, places[index]?.split(':')[0] ?? '');
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${code}\n`);
  }
  symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'));
}

interface Report {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

function lint(): Promise<Report> {
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const options = { cwd: scratch, maxBuffer: 1 << 26 };
  return new Promise((done) => {
    execFile(process.execPath, [oxlint, '--type-aware', '-f', 'json'], options, (_failure, stdout) => {
      done(JSON.parse(stdout) as Report);
    });
  });
}

beforeAll(async () => {
  writePlants();
  for (const { code, filename, labels } of (await lint()).diagnostics) {
    const place = `${filename}:${labels[0]?.span.line ?? 0}`;
    found.set(place, [...(found.get(place) ?? []), code]);
  }
}, 60_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('lint rules', () => {
  it.each(plants.map((each, index) => [each.folder, each.code, each.rule ?? 'nothing', places[index] ?? ''] as const))(
    'in %s, `%s` is reported by %s',
    (_folder, _code, rule, place) => {
      const rules = found.get(place) ?? [];
      if (rule === 'nothing') expect(rules).toEqual([]);
      else expect(rules).toContain(rule);
    },
  );
});
