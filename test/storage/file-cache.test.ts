/** The open files of a node. */
import { expect, it } from 'vitest';
import { FileCache } from '../../storage/segment/file-cache.ts';
import { StoreRig } from './store-rig.ts';

const PATH = '/file';

it('a file that is removed while it is being opened is not the one that takes its name (crash seed 1426)', async () => {
  const rig = new StoreRig('opening');
  const { disk } = rig.machine.ports();
  await rig.run((await rig.run(disk.open(PATH, 'create'))).close());
  const files = new FileCache(disk, 10);
  const early = files.use(PATH, 'write');
  files.forget(PATH);
  await rig.run(disk.removeFile(PATH));
  const old = await rig.run(early);
  const next = await rig.run(files.use(PATH, 'exclusive'));
  await rig.run(Promise.resolve(next.file.write([Buffer.from('new')], 0)));
  old.release();
  next.release();
  expect(Buffer.from(rig.machine.disk.cachedBytes(PATH) ?? []).toString()).toBe('new');
  const again = await rig.run(files.use(PATH, 'write'));
  expect(again).toBe(next);
  again.release();
  await rig.run(files.closeAll());
  expect(files.openFiles).toBe(0);
});

it('a file whose reader waits for the disk does not hold the others up at the end (campaign 5eed0023)', async () => {
  const rig = new StoreRig('in use');
  const { disk } = rig.machine.ports();
  for (const path of [PATH, '/other']) await rig.run((await rig.run(disk.open(path, 'create'))).close());
  const files = new FileCache(disk, 10);
  const used = await rig.run(files.use(PATH, 'write'));
  (await rig.run(files.use('/other', 'write'))).release();
  await rig.run(files.closeAll());
  expect(files.openFiles).toBe(0);
  const buffer = Buffer.alloc(1);
  expect(await rig.run(Promise.resolve(used.file.read(buffer, 0)))).toBe(0);
  used.release();
  await expect(rig.run(Promise.resolve().then(() => used.file.read(buffer, 0)))).rejects.toThrow();
});
