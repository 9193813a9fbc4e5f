/**
 * Which nodes `up` is to start, on which ports, with which settings: from its options and what the directory remembers.
 *
 *   kafka  base, base + 1, …      peer  base + 100, …      admin  base + 552, …      (9092 → 9192 and 9644)
 */
import { resolve } from 'node:path';
import { SETTINGS } from '../../config/index.ts';
import { CliError, EXIT } from '../exit-code.ts';
import type { LocalCluster, LocalNode } from '../local-cluster.ts';

export interface PlanOptions {
  /** Undefined: what the directory remembers, else 3. */
  readonly nodes: number | undefined;
  /** Undefined: what the directory remembers, else 9092. */
  readonly basePort: number | undefined;
  readonly dataDir: string;
  readonly temporary: boolean;
  /** `key=value`. */
  readonly settings: readonly string[];
  /** Free ports, for base port 0: three for each node. */
  readonly freePorts: readonly number[];
}

export const DEFAULT_NODES = 3;
export const DEFAULT_BASE_PORT = 9092;
const PEER_DISTANCE = 100;
const ADMIN_DISTANCE = 552;
/** Settings that `up` gives each node itself. */
const OWN_SETTINGS: readonly string[] = ['node.id', 'data.dir', 'voters', 'kafka.port', 'peer.port', 'admin.port'];

function keyOf(setting: string): string {
  return setting.split('=', 1)[0] ?? '';
}

/** Settings of `before` that `after` does not name, then those. */
function mergedSettings(before: readonly string[], after: readonly string[]): readonly string[] {
  const own = after.find((setting) => OWN_SETTINGS.includes(keyOf(setting)));
  if (own !== undefined)
    throw new CliError(EXIT.usage, `--config ${keyOf(own)}: up sets it for each node`, 'use --base-port and --data');
  const replaced = new Set(after.map(keyOf));
  return [...before.filter((setting) => !replaced.has(keyOf(setting))), ...after];
}

function settingValue(settings: readonly string[], key: string): string | null {
  return settings.findLast((setting) => keyOf(setting) === key)?.slice(key.length + 1) ?? null;
}

function portsOf(
  index: number,
  basePort: number,
  freePorts: readonly number[],
): Pick<LocalNode, 'kafkaPort' | 'peerPort' | 'adminPort'> {
  if (basePort === 0) {
    const [kafkaPort = 0, peerPort = 0, adminPort = 0] = freePorts.slice(index * 3, index * 3 + 3);
    return { kafkaPort, peerPort, adminPort };
  }
  return {
    kafkaPort: basePort + index,
    peerPort: basePort + PEER_DISTANCE + index,
    adminPort: basePort + ADMIN_DISTANCE + index,
  };
}

/** The cluster to start. Refuses a number of nodes other than the directory's. */
export function planCluster(options: PlanOptions, before: LocalCluster | null): LocalCluster {
  const { basePort, dataDir, temporary, freePorts } = options;
  if (before !== null && options.nodes !== undefined && options.nodes !== before.nodes.length) {
    throw new CliError(
      EXIT.config,
      `${dataDir} holds a cluster of ${before.nodes.length} nodes, not of ${options.nodes}`,
      'leave --nodes away to start that one, or name another directory with --data',
    );
  }
  const count = before?.nodes.length ?? options.nodes ?? DEFAULT_NODES;
  const settings = mergedSettings(before?.settings ?? [], options.settings);
  const nodes = Array.from({ length: count }, (_, index): LocalNode => {
    const known = before?.nodes[index];
    const ports =
      known === undefined || basePort !== undefined ? portsOf(index, basePort ?? DEFAULT_BASE_PORT, freePorts) : known;
    const { kafkaPort, peerPort, adminPort } = ports;
    return {
      id: known?.id ?? index + 1,
      kafkaPort,
      peerPort,
      adminPort,
      dataDir: resolve(dataDir, `node-${index + 1}`),
      process: null,
    };
  });
  const host = settingValue(settings, 'advertised.host') ?? settingValue(settings, 'host') ?? '127.0.0.1';
  return { version: 1, host, clusterId: before?.clusterId ?? null, settings, nodes, supervisor: null, temporary };
}

/** The command line of one node's process, behind the script. */
export function nodeArguments(cluster: LocalCluster, node: LocalNode): readonly string[] {
  const voters = cluster.nodes.map(({ id, peerPort }) => `${id}@${cluster.host}:${peerPort}`).join(',');
  const own = [
    `node.id=${node.id}`,
    `data.dir=${node.dataDir}`,
    `voters=${voters}`,
    `kafka.port=${node.kafkaPort}`,
    `peer.port=${node.peerPort}`,
    `admin.port=${node.adminPort}`,
  ];
  return [...cluster.settings, ...own].flatMap((setting) => ['-X', setting]);
}

/** The environment of a node: FLOTILLA_* variables that are no settings stay with the CLI. */
export function nodeEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const known = new Set(Object.keys(SETTINGS).map((key) => `FLOTILLA_${key.toUpperCase().replaceAll('.', '_')}`));
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('FLOTILLA_') || known.has(name)),
  );
}
