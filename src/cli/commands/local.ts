/** `flotilla down`, `flotilla node start <id>` and `flotilla up --detach`: the local cluster from outside of `up`. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from '../exit-code.ts';
import {
  adminAddress,
  findStarted,
  isAlive,
  kafkaAddress,
  readLocalCluster,
  startedProcess,
  updateLocalCluster,
} from '../local-cluster.ts';
import type { FoundCluster, StartedProcess } from '../local-cluster.ts';
import { counted, render } from '../output.ts';
import type { Format } from '../output.ts';
import { ChildNode, logFileOf, STOP_ALL } from '../up/child-node.ts';
import type { NodeReport } from '../up/child-node.ts';
import { upTable } from './up.ts';
import type { UpLine } from './up.ts';

const POLL_MS = 50;
const STOP_TIMEOUT_MS = 60_000;

function findCluster(data: string | undefined): FoundCluster {
  if (data === undefined) {
    const found = findStarted(process.cwd());
    if (found !== null) return found;
    throw new CliError(
      EXIT.data,
      'no cluster was started here',
      'name its directory with --data, or start one with `flotilla up`',
    );
  }
  const dataDir = resolve(data);
  const cluster = readLocalCluster(dataDir);
  if (cluster === null) throw new CliError(EXIT.data, `there is no cluster in ${dataDir}`);
  return { dataDir, cluster };
}

async function untilGone(processes: readonly StartedProcess[]): Promise<boolean> {
  const until = performance.now() + STOP_TIMEOUT_MS;
  while (processes.some(isAlive)) {
    if (performance.now() > until) return false;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  return true;
}

/** Ends the cluster in order: through `up` when that runs, else node by node. */
export async function down(options: { readonly data?: string; readonly format: Format }): Promise<number> {
  const { dataDir, cluster } = findCluster(options.data);
  const nodes = cluster.nodes
    .map((node) => node.process)
    .filter((started): started is StartedProcess => isAlive(started));
  const { supervisor } = cluster;
  const asked = isAlive(supervisor) ? [supervisor] : nodes;
  for (const { pid } of asked) process.kill(pid, isAlive(supervisor) ? 'SIGTERM' : STOP_ALL);
  if (!(await untilGone([...asked, ...nodes]))) {
    throw new CliError(
      EXIT.temporary,
      `still running after ${STOP_TIMEOUT_MS / 1000} s: ${[...asked, ...nodes]
        .filter(isAlive)
        .map(({ pid }) => pid)
        .join(', ')}`,
    );
  }
  const value = { dataDir, stopped: nodes.length };
  const text =
    nodes.length === 0
      ? `nothing is running in ${dataDir}`
      : `stopped ${counted(nodes.length, 'node')}; \`flotilla up\` starts the cluster again`;
  process.stdout.write(
    await render(
      {
        value,
        items: [value],
        table: () =>
          cluster.temporary && nodes.length > 0
            ? `stopped ${counted(nodes.length, 'node')} and removed the data`
            : text,
      },
      options.format,
    ),
  );
  return EXIT.ok;
}

/** Starts a dead node of the local cluster again, in the background, and waits until it is ready. */
export async function startLocalNode(
  id: number,
  options: { readonly data?: string; readonly format: Format },
): Promise<number> {
  const { dataDir, cluster } = findCluster(options.data);
  const node = cluster.nodes.find((each) => each.id === id);
  if (node === undefined)
    throw new CliError(
      EXIT.data,
      `there is no node ${id} in ${dataDir}`,
      `its nodes are ${cluster.nodes.map((each) => each.id).join(', ')}`,
    );
  if (isAlive(node.process)) throw new CliError(EXIT.data, `node ${id} is running (pid ${node.process.pid})`);
  const started = performance.now();
  const child = await startChild(dataDir, cluster, id);
  const value = {
    id,
    pid: child.pid,
    readyMs: Math.round(performance.now() - started),
    kafka: kafkaAddress(cluster, node),
    admin: `http://${adminAddress(cluster, node)}`,
    dataDir: node.dataDir,
  };
  process.stdout.write(
    await render(
      {
        value,
        items: [value],
        table: () => `node ${id} is ready after ${value.readyMs} ms (pid ${value.pid}, kafka ${value.kafka})`,
      },
      options.format,
    ),
  );
  return EXIT.ok;
}

function startChild(dataDir: string, cluster: FoundCluster['cluster'], id: number): Promise<ChildNode> {
  const node = cluster.nodes.find((each) => each.id === id);
  if (node === undefined) throw new CliError(EXIT.data, `there is no node ${id}`);
  return new Promise((ready, failed) => {
    let refusal: CliError | null = null;
    const onReport = (report: NodeReport): void => {
      if (report.kind === 'refused')
        refusal = new CliError(report.exitCode, `node ${id}: ${report.message}`, report.next);
      if (report.kind !== 'ready') return;
      child.release();
      ready(child);
    };
    const onExit = ({ code, signal }: { readonly code: number | null; readonly signal: string | null }): void => {
      failed(
        refusal ??
          new CliError(
            EXIT.software,
            `node ${id} ended (${signal ?? code ?? ''}) before it was ready`,
            `its log: ${logFileOf(dataDir, id)}`,
          ),
      );
    };
    const child = new ChildNode(dataDir, cluster, node, { onReport, onExit }, { detached: true });
    const mark = startedProcess(child.pid);
    updateLocalCluster(dataDir, (now) => ({
      ...now,
      nodes: now.nodes.map((each) => (each.id === id ? { ...each, process: mark } : each)),
    }));
  });
}

export interface DetachOptions {
  readonly data?: string;
  readonly temp?: boolean;
  readonly format: Format;
  /** The command line of the `up` to run, without --detach and -o. */
  readonly args: readonly string[];
}

/** Runs `up` in the background and returns when it is ready. */
export async function upDetached(options: DetachOptions): Promise<number> {
  const dataDir = options.temp === true ? null : resolve(options.data ?? 'flotilla-data');
  const logDir = dataDir === null ? mkdtempSync(join(tmpdir(), 'flotilla-up-')) : join(dataDir, 'logs');
  mkdirSync(logDir, { recursive: true });
  const logFile = join(logDir, 'up.log');
  const log = openSync(logFile, 'w');
  const script = process.argv[1] ?? '';
  const child = spawn(process.execPath, [script, 'up', ...options.args, '-o', 'json'], {
    detached: true,
    stdio: ['ignore', 'pipe', log],
  });
  closeSync(log);
  const { stdout } = child;
  if (stdout === null) throw new CliError(EXIT.software, 'no pipe to the background process');
  const text = await new Promise<string>((done, failed) => {
    let seen = '';
    stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes('\n')) done(seen);
    });
    child.on('exit', (code) => failed(refusalOf(code, logFile)));
  });
  stdout.destroy();
  child.unref();
  const line = JSON.parse(text) as UpLine;
  const directory = dataDir ?? resolve(line.nodes[0]?.dataDir ?? '.', '..');
  process.stdout.write(
    await render({ value: line, items: [line], table: () => upTable(line, null, directory, true) }, options.format),
  );
  return EXIT.ok;
}

/** What the background `up` said when it ended. */
function refusalOf(code: number | null, logFile: string): CliError {
  const said = readFileSync(logFile, 'utf8').trim();
  return new CliError(code ?? EXIT.software, said.replace(/^flotilla: /, ''));
}
