/** Shrinking by deletion: what is left still fails, and no single deletion of it does. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shrink } from '../../../chaos/schedule/index.ts';

const always = { enough: (): boolean => false };

describe('shrink', () => {
  test('leaves exactly the elements that the failure needs, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(1000), { maxLength: 60 }),
        fc.array(fc.nat(59), { maxLength: 6 }),
        async (list, places) => {
          const needed = list.filter((_, index) => places.includes(index));
          const fails = async (some: readonly number[]): Promise<boolean> =>
            needed.every((each) => some.includes(each));
          const found = await shrink(list, { fails, ...always });
          expect(found.list).toEqual(needed);
          expect(found.isMinimal).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('ends where no single deletion keeps the failure, though pairs may', async () => {
    const fails = async (some: readonly number[]): Promise<boolean> => some.length % 2 === 0 && some.length > 0;
    const { list, isMinimal } = await shrink([1, 2, 3, 4, 5, 6], { fails, ...always });
    expect(isMinimal).toBe(true);
    for (const each of list) expect(await fails(list.filter((other) => other !== each))).toBe(false);
  });

  test('ends with what it has when it was enough', async () => {
    let runs = 0;
    const fails = async (some: readonly number[]): Promise<boolean> => some.includes(7);
    const list = Array.from({ length: 64 }, (_, index) => index);
    const found = await shrink(list, { fails, enough: () => runs >= 3, onProgress: () => void (runs += 1) });
    expect(found.list).toContain(7);
    expect(found.list.length).toBeLessThan(64);
    expect(found.isMinimal).toBe(false);
  });
});
