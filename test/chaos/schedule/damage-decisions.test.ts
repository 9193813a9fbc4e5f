/** Decisions that damage a disk: only while its machine is down, only where there is something. */
import { expect, test } from 'vitest';
import { SimCluster } from '../../../chaos/cluster/index.ts';
import { apply } from '../../../chaos/schedule/index.ts';
import type { Deed } from '../../../chaos/schedule/index.ts';

test('each changes the disk of a machine that is down, and of no other', async () => {
  const cluster = new SimCluster({ seed: 1, nodes: 3 });
  await cluster.startAll();
  await cluster.run(500);
  const { disk } = cluster.machine(2);
  const path = disk.paths().find((each) => each.includes('/journal/')) ?? '';
  const log = disk.paths().find((each) => each.endsWith('.log')) ?? '';
  const node = 2;
  expect(apply(cluster, { kind: 'remember-disk', node })).toBeNull();
  const before = disk.durableBytes(path);
  const deeds: readonly Deed[] = [
    { kind: 'flip-bit', node, path, bit: 1 },
    { kind: 'zero-bytes', node, path, from: 0, length: 8 },
    { kind: 'revert-bytes', node, path, from: 0, length: 8 },
    { kind: 'copy-bytes', node, path, from: 0, length: 8, source: path, sourceFrom: 16 },
    { kind: 'swap-files', node, path, to: log },
    { kind: 'cut-file', node, path, size: 1 },
    { kind: 'copy-file', node, path: log, to: `${log}.copy` },
    { kind: 'bad-sector', node, path: log, from: 0, length: 1 },
    { kind: 'delete-file', node, path },
    { kind: 'damage-store', node, path: '/data/meta' },
    { kind: 'delete-tree', node, path: '/data/meta' },
    { kind: 'restore-disk', node },
  ];
  for (const deed of deeds) if (deed.kind !== 'bad-sector') expect(apply(cluster, deed), deed.kind).toBe('node2 runs');
  cluster.kill(2);

  for (const deed of deeds) expect(apply(cluster, deed), deed.kind).toBeNull();
  expect(apply(cluster, { kind: 'revert-bytes', node, path, from: 0, length: 8 })).toContain('was not other');
  expect(apply(cluster, { kind: 'cut-file', node, path, size: 1e9 })).toContain('has only');
  expect(apply(cluster, { kind: 'delete-file', node, path: '/data/none' })).toBe('node2 has no /data/none');
  expect(apply(cluster, { kind: 'damage-store', node, path: '/data/none' })).toContain('has no store');
  expect(disk.cachedBytes(path)).toEqual(before);
  const running = await cluster.wait(cluster.tryStart(2));
  expect(running.kind).toBe('running');
});
