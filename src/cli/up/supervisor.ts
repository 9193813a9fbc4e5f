/**
 * The nodes of `up`: starts them, waits until all are ready, tells when one dies, ends them all.
 *
 * ```
 *  start ──all ready──▶ running ── stop ──▶ every node asked to shut down ──▶ all gone
 *     └─ one refuses or ends before ──▶ all ended, CliError
 * ```
 *
 * A node that `flotilla node start` started again is not a child of this process; its id is in the cluster file, and it
 * is ended with the rest.
 */
import { CliError, EXIT } from '../exit-code.ts';
import { isAlive, readLocalCluster, startedProcess, updateLocalCluster, writeLocalCluster } from '../local-cluster.ts';
import type { LocalCluster, LocalNode, StartedProcess } from '../local-cluster.ts';
import { ChildNode, logFileOf, STOP_ALL } from './child-node.ts';
import type { NodeExit, NodeReport } from './child-node.ts';

export interface SupervisorOptions {
  readonly dataDir: string;
  readonly cluster: LocalCluster;
  readonly restart: boolean;
  /** A line for people. */
  readonly note: (line: string) => void;
}

/** Least time between two starts of the same node. */
const RESTART_WAIT_MS = 500;
const POLL_MS = 50;

function exitText({ code, signal }: NodeExit): string {
  return signal === null ? `ended with code ${code ?? 0}` : `was ended by ${signal}`;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children = new Map<number, ChildNode>();
  readonly #ready = new Set<number>();
  #refusal: CliError | null = null;
  #clusterId = '';
  #controller: number | null = null;
  #stopping = false;
  #started = false;
  #change: () => void = () => undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get clusterId(): string {
    return this.#clusterId;
  }

  /** As the last node that became ready knows it. */
  get controller(): number | null {
    return this.#controller;
  }

  pidOf(id: number): number {
    return this.#children.get(id)?.pid ?? 0;
  }

  /** Starts all nodes; resolves when each is ready, rejects with {@link CliError} when one cannot be. */
  async start(): Promise<void> {
    const { cluster, dataDir } = this.#options;
    for (const node of cluster.nodes) this.#spawn(node);
    const nodes = cluster.nodes.map((node) => ({ ...node, process: this.#processOf(node.id) }));
    writeLocalCluster(dataDir, { ...cluster, nodes, supervisor: startedProcess(process.pid) });
    while (this.#ready.size < cluster.nodes.length && this.#refusal === null && !this.#stopping) await this.#changed();
    if (this.#refusal !== null) {
      await this.stop();
      throw this.#refusal;
    }
    this.#started = true;
    updateLocalCluster(dataDir, (now) => ({ ...now, clusterId: this.#clusterId }));
  }

  /** Controlled shutdown of all nodes; resolves when they are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#change();
    for (const child of this.#children.values()) child.end(STOP_ALL);
    const adopted = this.#adopted();
    for (const { pid } of adopted) process.kill(pid, STOP_ALL);
    while ([...this.#children.values()].some(({ gone }) => !gone)) await this.#changed();
    while (adopted.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    updateLocalCluster(this.#options.dataDir, (now) => ({
      ...now,
      supervisor: null,
      nodes: now.nodes.map((node) => ({ ...node, process: null })),
    }));
  }

  /** Ends all nodes at once. */
  kill(): void {
    for (const child of this.#children.values()) child.end('SIGKILL');
    for (const { pid } of this.#adopted()) process.kill(pid, 'SIGKILL');
  }

  #adopted(): readonly StartedProcess[] {
    const nodes = readLocalCluster(this.#options.dataDir)?.nodes ?? [];
    return nodes
      .map((node) => node.process)
      .filter(
        (started): started is StartedProcess =>
          isAlive(started) && ![...this.#children.values()].some(({ pid }) => pid === started.pid),
      );
  }

  #processOf(id: number): StartedProcess | null {
    const pid = this.pidOf(id);
    return pid === 0 ? null : startedProcess(pid);
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#change = resolve;
    });
  }

  #spawn(node: LocalNode): void {
    const { dataDir, cluster } = this.#options;
    const child = new ChildNode(
      dataDir,
      cluster,
      node,
      {
        onReport: (report) => this.#onReport(node, report),
        onExit: (exit) => this.#onExit(node, exit),
      },
      { detached: false },
    );
    this.#children.set(node.id, child);
  }

  #onReport(node: LocalNode, report: NodeReport): void {
    if (report.kind === 'log') {
      const fields = Object.entries(report.fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
      return this.#options.note(`node ${node.id}: ${report.level}: ${report.message}${fields.join('')}`);
    }
    if (report.kind === 'refused') {
      if (this.#started) return this.#options.note(`node ${node.id}: ${report.message}; ${report.next}`);
      this.#refusal ??= new CliError(report.exitCode, `node ${node.id}: ${report.message}`, report.next);
    } else {
      this.#ready.add(node.id);
      this.#clusterId = report.clusterId;
      this.#controller = report.controller;
      if (this.#started) this.#options.note(`node ${node.id} is ready again (pid ${this.pidOf(node.id)})`);
    }
    this.#change();
  }

  #onExit(node: LocalNode, exit: NodeExit): void {
    const { dataDir, note, restart } = this.#options;
    this.#change();
    if (this.#stopping) return;
    const log = logFileOf(dataDir, node.id);
    if (!this.#started) {
      this.#refusal ??= new CliError(
        EXIT.software,
        `node ${node.id} ${exitText(exit)} before it was ready`,
        `its log: ${log}`,
      );
      return;
    }
    if (!restart)
      return note(
        `node ${node.id} ${exitText(exit)}; start it again with \`flotilla node start ${node.id}\` (log: ${log})`,
      );
    note(`node ${node.id} ${exitText(exit)}; starting it again (log: ${log})`);
    setTimeout(() => this.#restart(node), RESTART_WAIT_MS);
  }

  #restart(node: LocalNode): void {
    const { dataDir } = this.#options;
    const now = readLocalCluster(dataDir)?.nodes.find(({ id }) => id === node.id);
    // Somebody was faster with `flotilla node start`.
    if (this.#stopping || isAlive(now?.process ?? null)) return;
    this.#spawn(node);
    updateLocalCluster(dataDir, (cluster) => ({
      ...cluster,
      nodes: cluster.nodes.map((each) => (each.id === node.id ? { ...each, process: this.#processOf(node.id) } : each)),
    }));
  }
}
