/** Metadata clients on a small cluster: what they ask and what they write down. */
import { describe, expect, it } from 'vitest';
import type { MetadataOperation } from '../../../chaos/checkers/operation.ts';
import { History, Stage, startWorkload } from '../../../chaos/workload/index.ts';
import { quietWorkload } from './quiet-workload.ts';

function kinds(operations: readonly MetadataOperation[], of: (one: MetadataOperation) => string): readonly string[] {
  return [...new Set(operations.map(of))].sort();
}

describe('metadata clients', () => {
  it('ask everything that can be asked, and write down what was answered', async () => {
    const stage = await new Stage({ seed: 'metadata clients', nodes: 3 }).open();
    const { cluster, metadata } = stage;
    const workload = await startWorkload(stage, { ...quietWorkload(3), admins: 3 });
    await cluster.run(8000);
    workload.stop();
    await stage.quiet();
    const operations = metadata.operations();
    expect(operations.length).toBeGreaterThan(60);
    expect(metadata.unknown).toBe(0);
    expect(kinds(operations, ({ input }) => input.kind)).toEqual([
      'alter-config',
      'create',
      'create-partitions',
      'delete',
      'describe',
      'describe-config',
      'exists',
    ]);
    expect(kinds(operations, ({ output }) => output?.kind ?? 'null')).toEqual([
      'config',
      'done',
      'exists',
      'too-few',
      'topic',
      'unknown-topic',
    ]);
    const described = operations.filter(({ input }) => input.kind === 'describe');
    expect(described.every(({ input }) => 'session' in input && /^[123]\//.test(input.session ?? ''))).toBe(true);
    const ids = operations.flatMap(({ input, output }) =>
      input.kind === 'create' && output?.kind === 'topic' ? [output.topicId] : [],
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('only look, some of them, and stay with one node for long', async () => {
    const stage = await new Stage({ seed: 'lookers', nodes: 3 }).open();
    const { cluster, metadata } = stage;
    const workload = await startWorkload(stage, { ...quietWorkload(3), admins: 1, lookers: 2 });
    await cluster.run(4000);
    workload.stop();
    await stage.quiet();
    const looks = metadata.operations().filter(({ process }) => process.startsWith('looker'));
    expect(looks.length).toBeGreaterThan(100);
    expect(kinds(looks, ({ input }) => input.kind)).toEqual(['describe', 'exists']);
  });

  it('E6: are given every producer id once', () => {
    const history = new History();
    history.noteProducerId(1000, 'one');
    history.noteProducerId(1001, 'one');
    expect(() => history.noteProducerId(1000, 'other')).toThrow(/^E6/);
  });

  it('do not know what became of what a cut-off node was asked, and wait until it has given up', async () => {
    const stage = await new Stage({ seed: 'metadata clients', nodes: 3 }).open();
    const { cluster, metadata } = stage;
    const workload = await startWorkload(stage, { ...quietWorkload(3), admins: 3 });
    const controller = cluster.controller() ?? 0;
    const others = cluster.numbers().filter((node) => node !== controller);
    const { network } = cluster.world;
    for (const node of others) network.partition([cluster.machine(controller)], [cluster.machine(node)]);
    await cluster.run(8000);
    expect(metadata.unknown).toBeGreaterThan(0);
    expect(metadata.operations().filter(({ output }) => output === null)).toHaveLength(metadata.unknown);
    expect(metadata.operations().filter(({ returnedAt }) => returnedAt === null)).toHaveLength(metadata.unknown);
    stage.heal();
    workload.stop();
    expect(stage.workers.some(({ pending }) => pending > 0)).toBe(true);
    await stage.quiet();
    expect(stage.workers.every(({ pending }) => pending === 0)).toBe(true);
  });
});
