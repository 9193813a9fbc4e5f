/** Opens the real context of a command: ports, the cluster that is meant, standard output. */
import { seededRandom } from '../../raft/index.ts';
import { NodeClock, NodeNetwork } from '../runtime/index.ts';
import { adminGet, adminPost } from './admin-get.ts';
import { ClusterAccess, parseBootstrap } from './cluster-access.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import { adminAddress, findStarted, kafkaAddress } from './local-cluster.ts';
import type { Format } from './output.ts';

export interface CommonOptions {
  readonly bootstrap?: string;
  readonly output: Format;
  /** Milliseconds. */
  readonly timeout: number;
}

interface Meant {
  readonly bootstrap: readonly string[];
  readonly adminAddresses: readonly string[];
}

const DEFAULT_BOOTSTRAP = ['127.0.0.1:9092'];

function clusterMeant(given: string | undefined): Meant {
  const named = given ?? process.env['FLOTILLA_BOOTSTRAP'];
  if (named !== undefined && named !== '') return { bootstrap: parseBootstrap(named), adminAddresses: [] };
  const found = findStarted(process.cwd());
  if (found === null) return { bootstrap: DEFAULT_BOOTSTRAP, adminAddresses: [] };
  const { cluster } = found;
  return {
    bootstrap: cluster.nodes.map((node) => kafkaAddress(cluster, node)),
    adminAddresses: cluster.nodes.map((node) => adminAddress(cluster, node)),
  };
}

/** The caller closes `access`. */
export function openContext(options: CommonOptions): CliContext {
  const clock = new NodeClock();
  // Only spreads load and waits: no secrets, so node:crypto need not be loaded.
  const ports = {
    clock,
    network: new NodeNetwork(() => undefined),
    random: seededRandom(`${process.pid} ${process.hrtime.bigint()}`),
  };
  const access = new ClusterAccess({
    ports,
    ...clusterMeant(options.bootstrap),
    get: adminGet(options.timeout),
    post: adminPost(options.timeout),
    timeoutMs: options.timeout,
  });
  return {
    access,
    format: options.output,
    timeoutMs: options.timeout,
    write: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(`${text}\n`),
    onInterrupt: (callback) => {
      let interrupted = false;
      process.on('SIGINT', () => {
        if (interrupted) process.exit(EXIT.interrupted);
        interrupted = true;
        callback();
      });
    },
    now: () => clock.wallNow(),
  };
}
