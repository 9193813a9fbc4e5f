/** The contract of `KeyValue`, for every implementation of it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyValue, KeyValueChange, KeyValueOpener } from '../../storage/index.ts';
import type { Rig } from './rig.ts';

function put(key: string, text: string): KeyValueChange {
  return { kind: 'put', key, value: Buffer.from(text) };
}

async function keys(store: KeyValue, range: Parameters<KeyValue['range']>[0]): Promise<readonly string[]> {
  return (await store.range(range)).map(([key]) => key);
}

export function keyValueContract(name: string, makeRig: () => Promise<Rig<KeyValueOpener>>): void {
  describe(`the key-value contract: ${name}`, () => {
    let rig: Rig<KeyValueOpener>;
    const open = (): Promise<KeyValue> => rig.port.openKeyValue(`${rig.directory}/new/level`);
    beforeEach(async () => {
      rig = await makeRig();
    });
    afterEach(() => rig.close());

    test('what a batch puts is found, what it deletes is not, also after opening again', async () => {
      await rig.run(async () => {
        const store = await open();
        await store.apply([put('a', '1'), put('b', '2'), { kind: 'delete', key: 'a' }, put('c', '')], { sync: true });
        await store.apply([put('d', '4')], { sync: false });
        expect(await store.get('a')).toBeNull();
        expect(Buffer.from((await store.get('b')) ?? []).toString()).toBe('2');
        await store.close();
        const again = await open();
        expect(await keys(again, {})).toEqual(['b', 'c', 'd']);
        expect((await again.get('c'))?.length).toBe(0);
        await again.close();
      });
    });

    test('ranges are half-open, limited, and ordered by UTF-8 bytes', async () => {
      await rig.run(async () => {
        const store = await open();
        // In UTF-16 units the emoji would come before the full-width tilde.
        const all = ['', 'a', 'a/1', 'a/10', 'a/2', 'b', 'é', '\u{ff5e}', '\u{1f600}'].slice(1);
        await store.apply(
          [...all].reverse().map((key) => put(key, key)),
          { sync: false },
        );
        expect(await keys(store, {})).toEqual(all);
        expect(await keys(store, { from: 'a/1', to: 'b' })).toEqual(['a/1', 'a/10', 'a/2']);
        expect(await keys(store, { from: 'a/', limit: 2 })).toEqual(['a/1', 'a/10']);
        expect(await keys(store, { to: 'a' })).toEqual([]);
        await store.close();
      });
    });

    test('a second opener is refused while the first holds the store', async () => {
      await rig.run(async () => {
        const store = await open();
        await expect(open()).rejects.toMatchObject({ name: 'KeyValueError', kind: 'locked' });
        await store.close();
        await (await open()).close();
      });
    });

    test('values are copies: changing one changes nothing stored', async () => {
      await rig.run(async () => {
        const store = await open();
        const value = Buffer.from('abc');
        await store.apply([{ kind: 'put', key: 'k', value }], { sync: false });
        value.fill(0);
        const got = await store.get('k');
        got?.fill(1);
        expect(Buffer.from((await store.get('k')) ?? []).toString()).toBe('abc');
        await store.close();
      });
    });
  });
}
