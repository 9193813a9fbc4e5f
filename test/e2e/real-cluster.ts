/**
 * A cluster of real processes through `flotilla up -o json`, with the signals that hurt it.
 *
 * Every process and directory that a test made is gone at its end: `close` kills what is alive by its recorded pid and
 * removes the data. Use `withCluster`, which closes on failure too.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, startCommand } from './command.ts';
import { until, within } from './deadline.ts';
import { freeBasePort } from './free-ports.ts';

export interface RealNode {
  readonly id: number;
  readonly pid: number;
  /** host:port */
  readonly kafka: string;
  /** URL */
  readonly admin: string;
  readonly dataDir: string;
}

/** The line that `up -o json` prints. */
export interface UpLine {
  readonly clusterId: string;
  readonly bootstrap: string;
  readonly readyMs: number;
  readonly nodes: readonly RealNode[];
}

export interface ClusterChoice {
  readonly nodes?: number;
  /** `key=value` settings. */
  readonly config?: readonly string[];
  /** Further arguments of `up`. */
  readonly args?: readonly string[];
}

const START_MS = 30_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export class RealCluster {
  readonly data: string;
  readonly basePort: number;
  readonly #choice: ClusterChoice;
  #up: ChildProcess | null = null;
  #line: UpLine | null = null;
  #errors = '';
  /** All that ever ran, dead or alive. */
  readonly #pids = new Set<number>();

  private constructor(data: string, basePort: number, choice: ClusterChoice) {
    this.data = data;
    this.basePort = basePort;
    this.#choice = choice;
  }

  static async create(choice: ClusterChoice = {}): Promise<RealCluster> {
    const data = await mkdtemp(join(tmpdir(), 'flotilla-e2e-'));
    return new RealCluster(data, await freeBasePort(choice.nodes ?? 3), choice);
  }

  get line(): UpLine {
    if (this.#line === null) throw new Error('the cluster is not up');
    return this.#line;
  }
  get bootstrap(): string {
    return this.line.bootstrap;
  }
  get brokers(): string[] {
    return this.bootstrap.split(',');
  }
  /** What `up` has written to stderr. */
  get errors(): string {
    return this.#errors;
  }

  node(id: number): RealNode {
    const node = this.line.nodes.find((each) => each.id === id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  /** What `up` remembers for later commands stays in the cluster's own directory. */
  get #environment(): Readonly<Record<string, string>> {
    return { FLOTILLA_HOME: join(this.data, 'home') };
  }

  upArguments(): readonly string[] {
    const { nodes = 3, config = [], args = [] } = this.#choice;
    const settings = config.flatMap((setting) => ['--config', setting]);
    return [
      'up',
      '--nodes',
      String(nodes),
      '--base-port',
      String(this.basePort),
      '--data',
      this.data,
      '-o',
      'json',
      ...settings,
      ...args,
    ];
  }

  /** Starts all nodes on the directory and waits until they are ready. */
  async up(): Promise<UpLine> {
    const child = startCommand(this.upArguments(), { environment: this.#environment });
    this.#up = child;
    if (child.pid !== undefined) this.#pids.add(child.pid);
    let out = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    const line = new Promise<UpLine>((resolve, reject) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        const first = out.split('\n').find((each) => each.includes('"bootstrap"'));
        if (first !== undefined && out.endsWith('\n')) resolve(JSON.parse(first) as UpLine);
      });
      child.on('exit', (code) => reject(new Error(`up ended with ${code}: ${this.#errors}`)));
    });
    this.#line = await within('all nodes ready', START_MS, line);
    for (const { pid } of this.#line.nodes) this.#pids.add(pid);
    return this.#line;
  }

  signal(id: number, signal: NodeJS.Signals): void {
    process.kill(this.node(id).pid, signal);
  }

  /** kill -9, and waits until the process is gone. */
  async kill(...ids: readonly number[]): Promise<void> {
    for (const id of ids) this.signal(id, 'SIGKILL');
    await gone(ids.map((id) => this.node(id).pid));
  }

  /** Starts a killed node on its directory by `flotilla node start`, and learns its new pid. */
  async restart(id: number): Promise<void> {
    const { code, stdout, stderr } = await runCommand(
      ['node', 'start', String(id), '--data', this.data, '-o', 'json'],
      { milliseconds: START_MS },
    );
    if (code !== 0) throw new Error(`node start ended with ${code}: ${stdout}${stderr}`);
    const { pid } = JSON.parse(stdout) as { readonly pid: number };
    this.#pids.add(pid);
    const nodes = this.line.nodes.map((node) => (node.id === id ? { ...node, pid } : node));
    this.#line = { ...this.line, nodes };
  }

  /** SIGTERM to `up`; resolves to its exit code. */
  async stop(milliseconds = 20_000): Promise<number | null> {
    const up = this.#up;
    if (up === null) return null;
    this.#up = null;
    if (up.exitCode !== null) return up.exitCode;
    const ended = new Promise<number | null>((resolve) => up.on('exit', (code) => resolve(code)));
    up.kill('SIGTERM');
    return within('up ends', milliseconds, ended);
  }

  /** kill -9 of everything, `up` included: a machine that lost its processes. */
  async killAll(): Promise<void> {
    this.#up = null;
    // A pid may have been given to another process since: only what is ours by its command line is killed.
    const ours = await Promise.all([...this.#pids].map(async (pid) => ((await isOurs(pid)) ? pid : null)));
    const pids = ours.filter((pid) => pid !== null);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await gone(pids);
  }

  async close(): Promise<void> {
    await this.killAll();
    await rm(this.data, { recursive: true, force: true });
  }
}

/** Alive, no zombie, and one of our commands. */
async function isOurs(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    return /flotilla|node\.js/.test(line);
  } catch {
    // No /proc on this system: trust the pid.
    return process.platform !== 'linux';
  }
}

function gone(pids: readonly number[]): Promise<boolean> {
  return until('the processes are gone', 5000, async () =>
    (await Promise.all(pids.map(isOurs))).every((alive) => !alive),
  );
}

/** Runs `body` on a cluster that is up, and cleans up whatever happens. */
export async function withCluster(choice: ClusterChoice, body: (cluster: RealCluster) => Promise<void>): Promise<void> {
  const cluster = await RealCluster.create(choice);
  try {
    await cluster.up();
    await body(cluster);
  } catch (error) {
    if (cluster.errors !== '') console.error(`stderr of up:\n${cluster.errors.slice(-4000)}`);
    throw error;
  } finally {
    await cluster.close();
  }
}
