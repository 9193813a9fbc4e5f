/** The contract of `Disk`, for every implementation of it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Disk, DiskFile } from '../../storage/index.ts';
import type { Rig } from './rig.ts';

async function write(file: DiskFile, text: string | Uint8Array, position: number): Promise<void> {
  await file.write([Buffer.from(text)], position);
}

async function readText(file: DiskFile, position: number, length: number): Promise<string> {
  const target = new Uint8Array(length);
  const got = await file.read(target, position);
  return Buffer.from(target.subarray(0, got)).toString();
}

export function diskContract(name: string, makeRig: () => Promise<Rig<Disk>>): void {
  describe(`the disk contract: ${name}`, () => {
    let rig: Rig<Disk>;
    const at = (path: string): string => `${rig.directory}/${path}`;
    beforeEach(async () => {
      rig = await makeRig();
    });
    afterEach(() => rig.close());

    test('what was written is read back, over several buffers and past holes', async () => {
      await rig.run(async () => {
        const file = await rig.port.open(at('a'), 'exclusive');
        await file.write([Buffer.from('hel'), Buffer.alloc(0), Buffer.from('lo')], 4);
        expect(await readText(file, 0, 100)).toBe('\0\0\0\0hello');
        expect(await readText(file, 6, 2)).toBe('ll');
        expect(await readText(file, 50, 2)).toBe('');
        expect(await file.size()).toBe(9);
        await file.datasync();
        await file.close();
        expect(Buffer.from(await rig.port.readFile(at('a'))).toString()).toBe('\0\0\0\0hello');
      });
    });

    test('a write of more than a megabyte in a thousand pieces arrives whole', async () => {
      await rig.run(async () => {
        const file = await rig.port.open(at('big'), 'create');
        const pieces = Array.from({ length: 1500 }, (_, index) => Buffer.alloc(1000, index % 251));
        await file.write(pieces, 100);
        const target = new Uint8Array(1_500_000);
        expect(await file.read(target, 100)).toBe(1_500_000);
        expect(Buffer.concat(pieces).equals(target)).toBe(true);
        await file.close();
      });
    });

    test('an open file is cut and extended with zeros', async () => {
      await rig.run(async () => {
        const file = await rig.port.open(at('a'), 'create');
        await write(file, 'abcdef', 0);
        await file.truncate(2);
        await file.truncate(4);
        expect(await readText(file, 0, 10)).toBe('ab\0\0');
        await file.close();
      });
    });

    test('open modes: read and write want the file, exclusive wants none, create takes either', async () => {
      await rig.run(async () => {
        await expect(rig.port.open(at('a'), 'read')).rejects.toMatchObject({ name: 'DiskError', kind: 'missing' });
        await expect(rig.port.open(at('a'), 'write')).rejects.toMatchObject({ kind: 'missing', path: at('a') });
        await (await rig.port.open(at('a'), 'create')).close();
        await expect(rig.port.open(at('a'), 'exclusive')).rejects.toMatchObject({ kind: 'exists' });
        await (await rig.port.open(at('a'), 'create')).close();
        await expect(rig.port.open(at('no/such/a'), 'create')).rejects.toMatchObject({ kind: 'missing' });
      });
    });

    test('directories are made with their parents, listed by name and removed whole', async () => {
      await rig.run(async () => {
        await rig.port.makeDirectory(at('x/y'));
        await rig.port.makeDirectory(at('x/y'));
        for (const file of ['x/b', 'x/a', 'x/c10', 'x/y/deep']) await (await rig.port.open(at(file), 'create')).close();
        await rig.port.syncDirectory(at('x'));
        expect(await rig.port.list(at('x'))).toEqual([
          { name: 'a', kind: 'file' },
          { name: 'b', kind: 'file' },
          { name: 'c10', kind: 'file' },
          { name: 'y', kind: 'directory' },
        ]);
        await rig.port.removeTree(at('x'));
        await rig.port.removeTree(at('x'));
        expect(await rig.port.exists(at('x'))).toBe(false);
        await expect(rig.port.list(at('x'))).rejects.toMatchObject({ kind: 'missing' });
        await expect(rig.port.syncDirectory(at('x'))).rejects.toMatchObject({ kind: 'missing' });
      });
    });

    test('a rename replaces its target, and an open file follows its content', async () => {
      await rig.run(async () => {
        const first = await rig.port.open(at('next'), 'create');
        await write(first, 'new', 0);
        const second = await rig.port.open(at('current'), 'create');
        await write(second, 'old', 0);
        await rig.port.rename(at('next'), at('current'));
        expect(await rig.port.exists(at('next'))).toBe(false);
        expect(Buffer.from(await rig.port.readFile(at('current'))).toString()).toBe('new');
        expect(await readText(second, 0, 3)).toBe('old');
        await expect(rig.port.rename(at('next'), at('current'))).rejects.toMatchObject({ kind: 'missing' });
        await first.close();
        await second.close();
      });
    });

    test('a removed file is gone by name and lives on for who has it open', async () => {
      await rig.run(async () => {
        const file = await rig.port.open(at('a'), 'create');
        await write(file, 'x', 0);
        await rig.port.removeFile(at('a'));
        await expect(rig.port.removeFile(at('a'))).rejects.toMatchObject({ kind: 'missing' });
        await expect(rig.port.readFile(at('a'))).rejects.toMatchObject({ kind: 'missing' });
        expect(await readText(file, 0, 1)).toBe('x');
        await file.close();
      });
    });

    test('there is room on the disk, and an empty file reads as nothing', async () => {
      await rig.run(async () => {
        expect(await rig.port.freeBytes(rig.directory)).toBeGreaterThan(0);
        expect(await rig.port.totalBytes(rig.directory)).toBeGreaterThanOrEqual(
          await rig.port.freeBytes(rig.directory),
        );
        await (await rig.port.open(at('empty'), 'create')).close();
        expect((await rig.port.readFile(at('empty'))).length).toBe(0);
      });
    });
  });
}
