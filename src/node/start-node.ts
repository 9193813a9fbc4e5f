/**
 * Starting and stopping a node on given ports, real or simulated: the data directory first, then the node on it.
 *
 * Whatever keeps a node from starting is an answer for the operator with an exit code (sysexits: 78 configuration and
 * environment, 65 damaged or foreign data) and the next step, never a stack trace.
 */
import { incarnation as toIncarnation } from '../../raft/index.ts';
import { openStore } from '../../storage/index.ts';
import type { Store, StoreRefusal } from '../../storage/index.ts';
import type { NodeConfig } from '../config/index.ts';
import { listenRefusal } from './listen-refusal.ts';
import { ListenError } from '../ports/index.ts';
import type { Ports } from '../ports/index.ts';
import { ClusterNode } from './cluster-node.ts';
import type { NodeEnd } from './node-options.ts';

export interface StartRefused {
  readonly kind: 'refused';
  /** 78: configuration, ports, lock. 65: data. */
  readonly exitCode: 65 | 78;
  readonly message: string;
  /** What the operator can do. */
  readonly next: string;
}

export interface RunningNode {
  readonly node: ClusterNode;
  readonly store: Store;
  /** Resolves when the node serves: registered, unfenced, its metadata applied. */
  readonly ready: Promise<void>;
  /** Resolves when the node ended by itself (it then has been stopped, or must not go on). */
  readonly ended: Promise<NodeEnd>;
  /** Controlled shutdown, then the data directory is closed and marked clean. */
  stop(): Promise<void>;
}

export type StartResult = { readonly kind: 'running'; readonly running: RunningNode } | StartRefused;

/** Journal and checkpoint limits relate: a checkpoint needs room to run while appends go on. */
const TAIL_SHARE = 4;
/**
 * With hundreds of partitions most batches come alone: one write for those of a twentieth of a second, not one for each
 * (measured with 200 partitions at 3,300 batches/s: a tenth of the nodes' CPU; one record in flight: 0.1 ms of 1.2).
 */
const SEGMENT_LAG_MS = 50;

export async function startNode(config: NodeConfig, ports: Ports): Promise<StartResult> {
  const { limits } = config;
  const opened = await openStore({
    directory: config.dataDirectory,
    node: config.node,
    clusterId: config.clusterId,
    random: ports.random.fork('store'),
    bootId: ports.host.bootId(),
    disk: ports.disk,
    keyValues: ports.keyValues,
    clock: ports.clock,
    limits: {
      journalFileBytes: limits.journalFileBytes,
      checkpointBytes: limits.checkpointBytes,
      openFilesMax: limits.openFilesMax,
      tailBytesMax: limits.tailBytesMax,
      tailBytesPerLogMax: Math.ceil(limits.tailBytesMax / TAIL_SHARE),
      freeBytesMin: limits.freeBytesMin,
      flushIntervalMs: config.flushInterval,
      segmentLagMs: SEGMENT_LAG_MS,
    },
    fatal: (reason) => ports.host.exit(74, reason),
  });
  if ('kind' in opened) return refusalOf(opened);
  const running = run(config, ports, opened);
  try {
    await running.node.start();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    await opened.close();
    return {
      kind: 'refused',
      exitCode: 78,
      ...listenRefusal(error, 'kafka.port, peer.port, admin.port'),
    };
  }
  return { kind: 'running', running };
}

function run(config: NodeConfig, ports: Ports, store: Store): RunningNode {
  const incarnation = toIncarnation(Buffer.from(ports.random.bytes(16)).toString('base64url'));
  let becomeReady: () => void = () => undefined;
  let end: (end: NodeEnd) => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve;
  });
  const ended = new Promise<NodeEnd>((resolve) => {
    end = resolve;
  });
  const node = new ClusterNode({ config, ports, store, incarnation, onReady: becomeReady, onEnd: end });
  const stopOnce = async (): Promise<void> => {
    await node.stop();
    await store.close();
  };
  // A second call waits for the first: it must not close the store under a node that is still handing over.
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopping ??= stopOnce());
  return { node, store, ready, ended, stop };
}

function refusalOf(refusal: StoreRefusal): StartRefused {
  const refused = (exitCode: 65 | 78, message: string, next: string): StartRefused => ({
    kind: 'refused',
    exitCode,
    message,
    next,
  });
  switch (refusal.kind) {
    case 'locked':
      return refused(
        78,
        `data directory ${refusal.path} is in use by another process`,
        'stop that process, or give this node its own data.dir',
      );
    case 'foreign':
      return refused(
        78,
        `data directory ${refusal.path} belongs to ${refusal.key} ${refusal.found}, not to ${refusal.key} ${refusal.expected}`,
        'start the node with the configuration that the directory was made with, or give it an empty data.dir',
      );
    case 'format':
      return refused(
        65,
        `data directory ${refusal.path} has format ${refusal.found}; this version reads format ${refusal.supported}`,
        'run the version of flotilla that wrote it, or begin with an empty data.dir and let the node copy everything from its peers',
      );
    case 'not-a-data-directory':
      return refused(
        78,
        `${refusal.path} is not a data directory of flotilla: ${refusal.reason}`,
        'name an empty or missing directory as data.dir',
      );
    case 'damaged':
      return refused(
        65,
        `${refusal.path}${refusal.position === null ? '' : ` at byte ${refusal.position}`} is damaged: ${refusal.reason}`,
        'move the data directory away and start with an empty one: the node copies everything from its peers',
      );
    case 'disk':
      return refused(
        78,
        `${refusal.path}: ${refusal.reason}`,
        'make the path readable and writable for this user, and see that the disk has room',
      );
  }
}
