/** Results as text: tables, and the same value as json, yaml and jsonl. */
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.ts';
import { bytesText, render, table } from '../../src/cli/output.ts';
import { wholeNumber } from '../../src/cli/option-values.ts';

const shown = { value: [{ a: 1 }, { a: 'x' }], items: [{ a: 1 }, { a: 'x' }], table: () => 'text' };

describe('output', () => {
  it('renders one value in each format', async () => {
    expect(await render(shown, 'table')).toBe('text\n');
    expect(await render(shown, 'json')).toBe('[{"a":1},{"a":"x"}]\n');
    expect(await render(shown, 'jsonl')).toBe('{"a":1}\n{"a":"x"}\n');
    expect(await render(shown, 'yaml')).toBe('- a: 1\n- a: x\n');
  });

  it('jsonl without a list is bad usage', async () => {
    await expect(render({ value: 1, table: () => '' }, 'jsonl')).rejects.toMatchObject({ exitCode: 64 });
  });

  it('columns are as wide as their cells, numbers to the right, nothing is a dash', () => {
    expect(
      table(
        ['name', 'size'],
        [
          ['a', 5],
          ['long name', null],
          ['c', 1000],
        ],
      ),
    ).toBe(['NAME       SIZE', 'a             5', 'long name     -', 'c          1000'].join('\n'));
  });

  it('bytes are short', () => {
    expect([0, 1023, 1536, 11 * 1024, 3 * 1024 ** 3, null].map(bytesText)).toEqual([
      '0 B',
      '1023 B',
      '1.5 KiB',
      '11 KiB',
      '3.0 GiB',
      '-',
    ]);
  });
});

describe('the command line', () => {
  it('numbers out of range are bad usage that names the bounds', () => {
    expect(() => wholeNumber('--nodes', 1, 32)('0')).toThrow(
      expect.objectContaining({ exitCode: 64, message: '--nodes: "0" is not a whole number from 1 to 32' }),
    );
  });

  it('every command has a description, and those on a cluster take --bootstrap and -o', () => {
    const local = ['up', 'down', 'node', 'wire', 'log', 'chaos'];
    const program = buildProgram(() => undefined);
    const leaves = program.commands.flatMap((command) =>
      (command.commands.length === 0 || command.name() === 'node' ? [command] : command.commands).map((leaf) => ({
        group: command.name(),
        leaf,
      })),
    );
    for (const { group, leaf } of leaves) {
      const options = leaf.options.map(({ long }) => long);
      expect(leaf.description(), `${group} ${leaf.name()}`).not.toBe('');
      if (!local.includes(group) && !(group === 'config' && leaf.name() === 'describe')) {
        expect(options, `${group} ${leaf.name()}`).toEqual(
          expect.arrayContaining(['--bootstrap', '--output', '--timeout']),
        );
      }
    }
    expect(leaves.length).toBeGreaterThan(20);
  });
});
