/** The real disk keeps the contract, and what only it can show. */
import { chmod, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { NodeDisk } from '../../storage/node-disk.ts';
import { diskContract } from './disk-contract.ts';
import { temporaryRig } from './temporary-rig.ts';

diskContract('files of the operating system', () => temporaryRig(new NodeDisk()));

test('small writes are done when the call returns, large ones later', async () => {
  const rig = await temporaryRig(new NodeDisk());
  const file = await rig.port.open(`${rig.directory}/a`, 'create');
  expect(file.write([Buffer.alloc(100 * 1024), Buffer.alloc(28 * 1024)], 0)).toBeUndefined();
  const later = file.write([Buffer.alloc(128 * 1024 + 1)], 0);
  expect(later).toBeInstanceOf(Promise);
  await later;
  await file.close();
  await rig.close();
});

test('files and directories are for their owner only', async () => {
  const rig = await temporaryRig(new NodeDisk());
  await rig.port.makeDirectory(`${rig.directory}/d`);
  await (await rig.port.open(`${rig.directory}/d/f`, 'create')).close();
  expect((await stat(`${rig.directory}/d`)).mode & 0o777).toBe(0o700);
  expect((await stat(`${rig.directory}/d/f`)).mode & 0o777).toBe(0o600);
  await rig.close();
});

test('a failing write is a rejection, never a throw', async () => {
  const rig = await temporaryRig(new NodeDisk());
  const path = `${rig.directory}/a`;
  await (await rig.port.open(path, 'create')).close();
  await chmod(path, 0o400);
  const file = await rig.port.open(path, 'read');
  await expect(file.write([Buffer.from('x')], 0)).rejects.toMatchObject({ name: 'DiskError', path });
  await expect(file.write([Buffer.alloc(200_000)], 0)).rejects.toMatchObject({ name: 'DiskError', path });
  await file.close();
  await rig.close();
});
