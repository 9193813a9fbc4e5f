/** LevelDB keeps the contract, and says what is wrong with a damaged store. */
import { readdir, truncate, unlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { LevelKeyValueOpener } from '../../storage/level-key-value.ts';
import { keyValueContract } from './key-value-contract.ts';
import { temporaryRig } from './temporary-rig.ts';

keyValueContract('level', () => temporaryRig(new LevelKeyValueOpener()));

test('a store whose manifest is gone or cut is reported as damaged', async () => {
  const rig = await temporaryRig(new LevelKeyValueOpener());
  const store = await rig.port.openKeyValue(rig.directory);
  await store.apply([{ kind: 'put', key: 'a', value: Buffer.from('1') }], { sync: true });
  await store.close();
  const manifest = (await readdir(rig.directory)).find((name) => name.startsWith('MANIFEST'));
  await truncate(`${rig.directory}/${manifest}`, 0);
  await expect(rig.port.openKeyValue(rig.directory)).rejects.toMatchObject({ name: 'KeyValueError', kind: 'damaged' });
  await unlink(`${rig.directory}/${manifest}`);
  await expect(rig.port.openKeyValue(rig.directory)).rejects.toMatchObject({ kind: 'damaged' });
  await rig.close();
});
