/** `up`: the plan of a cluster, the command lines of its nodes, the line for scripts. */
import { describe, expect, it } from 'vitest';
import { upLine } from '../../src/cli/commands/up.ts';
import { CliError } from '../../src/cli/exit-code.ts';
import { nodeArguments, nodeEnvironment, planCluster } from '../../src/cli/up/cluster-plan.ts';
import type { PlanOptions } from '../../src/cli/up/cluster-plan.ts';

function plan(options: Partial<PlanOptions> = {}, before: Parameters<typeof planCluster>[1] = null) {
  return planCluster(
    {
      nodes: undefined,
      basePort: undefined,
      dataDir: '/data',
      temporary: false,
      settings: [],
      freePorts: [],
      ...options,
    },
    before,
  );
}

describe('the plan of up', () => {
  it('three nodes from 9092 on, peers 100 and admins 552 above', () => {
    const ports = plan().nodes.map(({ id, kafkaPort, peerPort, adminPort, dataDir }) => [
      id,
      kafkaPort,
      peerPort,
      adminPort,
      dataDir,
    ]);
    expect(ports).toEqual([
      [1, 9092, 9192, 9644, '/data/node-1'],
      [2, 9093, 9193, 9645, '/data/node-2'],
      [3, 9094, 9194, 9646, '/data/node-3'],
    ]);
  });

  it('a directory keeps its nodes and ports unless other ports are asked for', () => {
    const before = plan({ nodes: 5, basePort: 20_000, settings: ['flush=os', 'rack=a'] });
    expect(plan({}, before)).toEqual(before);
    expect(plan({ basePort: 30_000, settings: ['rack=b'] }, before)).toMatchObject({
      settings: ['flush=os', 'rack=b'],
      nodes: { length: 5, 0: { kafkaPort: 30_000 } },
    });
  });

  it('another number of nodes than the directory’s is refused with 78', () => {
    expect(() => plan({ nodes: 3 }, plan({ nodes: 5 }))).toThrow(expect.objectContaining({ exitCode: 78 }));
  });

  it('settings that up gives itself are refused with 64', () => {
    expect(() => plan({ settings: ['kafka.port=1'] })).toThrow(CliError);
  });

  it('base port 0 takes free ports', () => {
    expect(plan({ nodes: 1, basePort: 0, freePorts: [7, 8, 9] }).nodes[0]).toMatchObject({
      kafkaPort: 7,
      peerPort: 8,
      adminPort: 9,
    });
  });

  it('each node is told itself, its ports and all voters', () => {
    const cluster = plan({ nodes: 2, settings: ['flush=os'] });
    const [, second] = cluster.nodes;
    if (second === undefined) throw new Error('no node');
    expect(nodeArguments(cluster, second).filter((each) => each !== '-X')).toEqual([
      'flush=os',
      'node.id=2',
      'data.dir=/data/node-2',
      'voters=1@127.0.0.1:9192,2@127.0.0.1:9193',
      'kafka.port=9093',
      'peer.port=9193',
      'admin.port=9645',
    ]);
  });

  it('variables that are no settings are kept from the nodes', () => {
    expect(nodeEnvironment({ PATH: '/bin', FLOTILLA_FLUSH: 'os', FLOTILLA_HOME: '/h', FLOTILLA_ROOT: '/r' })).toEqual({
      PATH: '/bin',
      FLOTILLA_FLUSH: 'os',
    });
  });
});

describe('the line of up -o json', () => {
  it('is what scripts were promised', () => {
    const cluster = plan({ nodes: 2 });
    expect(upLine(cluster, 'abc', 612.4, (id) => 100 + id)).toEqual({
      clusterId: 'abc',
      bootstrap: '127.0.0.1:9092,127.0.0.1:9093',
      readyMs: 612,
      nodes: [
        { id: 1, pid: 101, kafka: '127.0.0.1:9092', admin: 'http://127.0.0.1:9644', dataDir: '/data/node-1' },
        { id: 2, pid: 102, kafka: '127.0.0.1:9093', admin: 'http://127.0.0.1:9645', dataDir: '/data/node-2' },
      ],
    });
  });
});
