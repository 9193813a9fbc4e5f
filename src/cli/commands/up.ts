/**
 * `flotilla up`: a whole cluster on this machine, one process for each node, until Ctrl-C.
 *
 * With `-o json` one line on standard output when all nodes are ready: the contract for scripts. Notes go to standard
 * error. `--detach` starts the same in the background and returns.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { VERSION } from '../../version.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { adminAddress, isAlive, kafkaAddress, readLocalCluster, rememberStarted } from '../local-cluster.ts';
import type { LocalCluster } from '../local-cluster.ts';
import { render, table } from '../output.ts';
import type { Format } from '../output.ts';
import { DEFAULT_NODES, planCluster } from '../up/cluster-plan.ts';
import { Supervisor } from '../up/supervisor.ts';

export interface UpOptions {
  readonly nodes?: number;
  readonly basePort?: number;
  readonly data?: string;
  readonly temp?: boolean;
  readonly restartNodes?: boolean;
  readonly config?: readonly string[];
  readonly format: Format;
}

/** What scripts get. */
export interface UpLine {
  readonly clusterId: string;
  readonly bootstrap: string;
  /** From the start of the process to the readiness of all nodes. */
  readonly readyMs: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly pid: number;
    readonly kafka: string;
    readonly admin: string;
    readonly dataDir: string;
  }[];
}

/** `count` ports that are free now. */
async function findFreePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((found, failed) => {
          server.once('error', failed);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            found(address !== null && typeof address === 'object' ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

export function upLine(
  cluster: LocalCluster,
  clusterId: string,
  readyMs: number,
  pidOf: (id: number) => number,
): UpLine {
  const nodes = cluster.nodes.map((node) => ({
    id: node.id,
    pid: pidOf(node.id),
    kafka: kafkaAddress(cluster, node),
    admin: `http://${adminAddress(cluster, node)}`,
    dataDir: node.dataDir,
  }));
  return { clusterId, bootstrap: nodes.map(({ kafka }) => kafka).join(','), readyMs: Math.round(readyMs), nodes };
}

export function upTable(line: UpLine, controller: number | null, dataDir: string, detached: boolean): string {
  const rows = line.nodes.map(({ id, kafka, admin, pid }) => [
    id,
    id === controller ? 'controller' : '',
    kafka,
    admin,
    pid,
  ]);
  const shown = relative(process.cwd(), dataDir);
  const place = shown !== '' && !shown.startsWith('..') ? `./${shown}` : dataDir;
  return [
    `flotilla ${VERSION}: ${line.nodes.length === 1 ? 'one node' : `${line.nodes.length} nodes`} ready in ${(line.readyMs / 1000).toFixed(2)} s, data and logs in ${place}`,
    '',
    table(['node', 'role', 'kafka', 'admin', 'pid'], rows),
    '',
    `bootstrap  ${line.bootstrap}`,
    '',
    'try:',
    '  flotilla topic create orders --partitions 6',
    '  seq 1000 | flotilla produce orders',
    '  flotilla consume orders --from beginning',
    '  flotilla cluster status',
    '',
    detached ? '`flotilla down` stops it.' : 'Ctrl-C stops all nodes.',
  ].join('\n');
}

async function plan(options: UpOptions, dataDir: string): Promise<LocalCluster> {
  const before = readLocalCluster(dataDir);
  if (before !== null && isAlive(before.supervisor)) {
    throw new CliError(
      EXIT.config,
      `the cluster in ${dataDir} is running already (pid ${before.supervisor.pid})`,
      '`flotilla down` stops it; --data names another directory',
    );
  }
  const left = before?.nodes.find((node) => isAlive(node.process));
  if (left !== undefined)
    throw new CliError(
      EXIT.config,
      `node ${left.id} of the cluster in ${dataDir} is running already (pid ${left.process?.pid ?? 0})`,
      '`flotilla down` stops it',
    );
  const count = before?.nodes.length ?? options.nodes ?? DEFAULT_NODES;
  const freePorts = options.basePort === 0 ? await findFreePorts(count * 3) : [];
  return planCluster(
    {
      nodes: options.nodes,
      basePort: options.basePort,
      dataDir,
      temporary: options.temp === true,
      settings: options.config ?? [],
      freePorts,
    },
    before,
  );
}

/** Resolves to the exit code when the cluster has ended. */
export async function up(options: UpOptions): Promise<number> {
  if (options.temp === true && options.data !== undefined)
    throw new CliError(EXIT.usage, '--data and --temp exclude each other');
  const dataDir =
    options.temp === true ? mkdtempSync(join(tmpdir(), 'flotilla-')) : resolve(options.data ?? 'flotilla-data');
  const cluster = await plan(options, dataDir);
  const note = (line: string): void => void process.stderr.write(`flotilla: ${line}\n`);
  const supervisor = new Supervisor({ dataDir, cluster, restart: options.restartNodes === true, note });
  const ended = endOnSignals(supervisor, note);
  const clean = (): void => {
    if (options.temp === true) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    mkdirSync(dataDir, { recursive: true });
    await Promise.race([supervisor.start(), ended]);
  } catch (error) {
    clean();
    throw error;
  }
  if (supervisor.clusterId !== '') {
    rememberStarted(process.cwd(), dataDir);
    const line = upLine(cluster, supervisor.clusterId, performance.now(), (id) => supervisor.pidOf(id));
    process.stdout.write(
      await render(
        { value: line, items: [line], table: () => upTable(line, supervisor.controller, dataDir, false) },
        options.format,
      ),
    );
  }
  const code = await ended;
  clean();
  return code;
}

/** The first signal asks all nodes to shut down, a second one ends them at once. */
function endOnSignals(supervisor: Supervisor, note: (line: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let signals = 0;
    const onSignal = (): void => {
      signals += 1;
      if (signals === 1) {
        note('stopping all nodes; again to kill them');
        supervisor.stop().then(() => resolve(EXIT.ok), reject);
      } else supervisor.kill();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    process.on('SIGHUP', onSignal);
  });
}
