/** A command's context without a cluster: canned admin answers, output gathered. */
import { World } from '../../chaos/sim/index.ts';
import { viewAnswers } from '../../src/admin/index.ts';
import type { AdminView } from '../../src/admin/index.ts';
import { ClusterAccess } from '../../src/cli/cluster-access.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { CliError, EXIT } from '../../src/cli/exit-code.ts';
import type { Format } from '../../src/cli/output.ts';
import type { ClientPorts } from '../../src/client/index.ts';

export interface Canned {
  readonly context: CliContext;
  readonly output: () => string;
  readonly notes: string[];
  /** Admin addresses, in the order in which they were asked. */
  readonly asked: string[];
}

export interface CannedOptions {
  readonly format: Format;
  /** Views by admin address; an address without one cannot be reached. */
  readonly views: Readonly<Record<string, AdminView>>;
  /** Addresses that never answer. */
  readonly silent?: readonly string[];
  readonly ports?: ClientPorts;
  readonly bootstrap?: readonly string[];
  /** Default: the addresses of the views. */
  readonly adminAddresses?: readonly string[];
  /** Milliseconds for one call; default 1,000. */
  readonly timeoutMs?: number;
}

export function cannedContext(options: CannedOptions): Canned {
  const written: string[] = [];
  const notes: string[] = [];
  const asked: string[] = [];
  const ports = options.ports ?? new World({ seed: 'cli' }).machine('client').ports();
  const access = new ClusterAccess({
    ports,
    bootstrap: options.bootstrap ?? ['nobody:9092'],
    adminAddresses: options.adminAddresses ?? Object.keys(options.views),
    timeoutMs: options.timeoutMs ?? 1000,
    post: () => Promise.reject(new CliError(EXIT.unreachable, 'nobody is there')),
    get: (address, path) => {
      asked.push(address);
      if (options.silent?.includes(address) === true) return new Promise(() => undefined);
      const view = options.views[address];
      if (view === undefined)
        return Promise.reject(new CliError(EXIT.unreachable, `the admin address ${address} cannot be reached`));
      const { status, body } = viewAnswers(view)({ method: 'GET', target: path });
      return status === 200
        ? Promise.resolve(JSON.parse(body) as unknown)
        : Promise.reject(new CliError(EXIT.data, body));
    },
  });
  const context: CliContext = {
    access,
    format: options.format,
    timeoutMs: options.timeoutMs ?? 1000,
    write: (text) => void written.push(text),
    note: (text) => void notes.push(text),
    onInterrupt: () => undefined,
    now: () => 0,
  };
  return { context, output: () => written.join(''), notes, asked };
}
