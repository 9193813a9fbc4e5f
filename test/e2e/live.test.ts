/**
 * `chaos live` in small: a cluster of real processes through kills and a power loss of all nodes loses nothing; and where more
 * is lost than the promise allows, the same checks say so.
 */
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskImage } from '../../chaos/live/disk-image.ts';
import { live } from '../../chaos/live/index.ts';
import type { LiveOptions } from '../../chaos/live/index.ts';
import { RecordedDisk } from '../../chaos/live/recorded-disk.ts';
import { seededRandom } from '../../raft/index.ts';
import { NodeDisk } from '../../storage/node-disk.ts';

interface LastLine {
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly { readonly violation: string; readonly directory: string }[];
  readonly acknowledged: number;
  readonly lost: number;
}

async function ran(shape: LiveOptions['shape'], seconds: number): Promise<LastLine & { readonly code: number }> {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const code = await live({
    minutes: seconds / 60,
    seed: 'e2e',
    nodes: 3,
    output: 'json',
    write,
    shape: { program: 'power', linkFaults: [], kafkajs: false, members: 0, admins: 0, quorumTopic: false, ...shape },
  });
  return { ...(JSON.parse(text) as LastLine), code };
}

describe('real processes under faults', () => {
  it('three nodes through kills and power losses of all: nothing acknowledged is lost', async () => {
    const result = await ran({ flush: 'always', nodeFaults: ['kill', 'power-loss-all'] }, 4);
    expect(result.violations).toEqual([]);
    expect(result.code).toBe(0);
    expect(result.acknowledged).toBeGreaterThan(50);
    expect(Object.values(result.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });

  it('flush=os, and all lose power with everything unsynced: the loss is seen', async () => {
    const result = await ran({ flush: 'os', beyondBudget: true, nodeFaults: ['power-loss-all'] }, 2);
    for (const { directory } of result.violations) rmSync(join(directory, '..'), { recursive: true, force: true });
    expect(result.code).toBe(1);
    expect(result.violations).toHaveLength(1);
    expect(result.lost).toBeGreaterThan(0);
  });
});

describe('a disk whose power fails', () => {
  let directory = '';
  let disk: RecordedDisk;
  let image: DiskImage;
  let records = '';

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'flotilla-power-'));
    const data = join(directory, 'data');
    mkdirSync(data);
    records = join(directory, 'records');
    disk = new RecordedDisk(new NodeDisk(), data, openSync(records, 'a'));
    image = new DiskImage(data, seededRandom('power'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const settle = (): void => {
    image.take(readFileSync(records));
    image.settle();
  };
  const content = (name: string): string => readFileSync(join(directory, 'data', name), 'utf8');

  it('keeps what was synced, file and name, and loses what was written after it', async () => {
    const data = join(directory, 'data');
    const file = await disk.open(join(data, 'a'), 'create');
    await file.write([Buffer.from('kept')], 0);
    await file.datasync();
    await disk.syncDirectory(data);
    await file.write([Buffer.from('lost')], 4);
    await file.write([Buffer.from('K')], 0);
    await disk.rename(join(data, 'a'), join(data, 'b'));
    settle();
    expect(image.difference()).toBeNull();
    expect(content('b')).toBe('Keptlost');
    image.crash('lose-all');
    expect(content('a')).toBe('kept');
    expect(image.difference()).toBeNull();
  });

  it('keeps a write of which nobody knows whether it was done as the file shows it', async () => {
    const path = join(directory, 'data', 'a');
    const file = await disk.open(path, 'create');
    await disk.syncDirectory(join(directory, 'data'));
    disk.begin({ kind: 'write', file: 0, position: 0 }, [Buffer.from('never written')]);
    await file.write([Buffer.from('ab')], 0);
    settle();
    expect(image.difference()).toBeNull();
    image.crash('keep-all');
    expect(content('a')).toBe('ab');
  });
});
