/** Whoever trusts a green suite should have seen it red: a planted bug in the compiled package. `chaos check` catches all canaries. */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

interface Ran {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program that `dist/lib` has for it, to its end. */
function mutants(...args: readonly string[]): Promise<Ran> {
  const program = join(root, 'dist/lib/chaos/main.js');
  return new Promise((done) => {
    execFile(process.execPath, [program, 'mutants', ...args], (error, stdout, stderr) =>
      done({ code: error === null ? 0 : (error.code ?? null), stdout, stderr }),
    );
  });
}

it('a planted bug is caught, and the failure that is none is reported as what it is', async () => {
  const { code, stdout, stderr } = await mutants('X3', 'M12', '--seeds', '10', '--jobs', '2', '-o', 'json');
  const results = JSON.parse(stdout) as readonly {
    readonly id: string;
    readonly caught: boolean;
    readonly invariant: string;
  }[];
  expect(results.filter(({ caught }) => !caught)).toEqual([]);
  expect(code, stderr).toBe(0);
  expect(Object.fromEntries(results.map(({ id, invariant }) => [id, invariant]))).toEqual({
    M12: expect.stringMatching(/^[RPDCEL]\d/),
    X3: 'X3',
  });
});

it('an unknown id is answered with those that there are', async () => {
  const { code, stderr } = await mutants('M99');
  expect(code).toBe(64);
  expect(stderr).toMatch(/^M99 is no mutant; there are .*\bM12\b/);
});
