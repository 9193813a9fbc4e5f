/**
 * How a command ends: sysexits' numbers where they fit, and 10 for a cluster that is not well.
 */
import type { ClientError } from '../client/index.ts';
import type { ErrorName } from '../wire/index.ts';

export const EXIT = {
  ok: 0,
  /** The command worked; the cluster is not healthy. */
  unhealthy: 10,
  /** Bad usage of the command line. */
  usage: 64,
  /** An unknown name, or data that is refused. */
  data: 65,
  /** No address answered. */
  unreachable: 69,
  /** A bug of ours. */
  software: 70,
  /** No answer in time, or one that may pass: try again. */
  temporary: 75,
  /** Configuration or environment: a port in use, a locked directory. */
  config: 78,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a user is told when a command fails: what is wrong, and what to do. Never a stack trace. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;
  /** The next step; empty: none is known. */
  readonly next: string;

  constructor(exitCode: number, message: string, next = '', options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
    this.next = next;
  }
}

const NEXT: Partial<Record<ErrorName, string>> = {
  TOPIC_ALREADY_EXISTS: 'choose another name, or `flotilla topic alter` the one that is there',
  INVALID_REPLICATION_FACTOR: 'a partition has at most one replica on each node: see `flotilla cluster status`',
  NOT_ENOUGH_REPLICAS: 'fewer replicas are in sync than min.insync.replicas: see `flotilla cluster status`',
  PREFERRED_LEADER_NOT_AVAILABLE: 'it must be live and in the ISR: see `flotilla partition describe`',
  ELIGIBLE_LEADERS_NOT_AVAILABLE:
    'start the nodes of its replicas; --unclean accepts the loss of records; `flotilla partition recover` goes on with a damaged one',
  NON_EMPTY_GROUP: 'stop its members first',
};

/** The user's version of a client's failure. */
export function cliErrorOf(error: ClientError): CliError {
  const tried = error.addresses.length === 0 ? '' : ` (tried ${error.addresses.join(', ')})`;
  switch (error.kind) {
    case 'unreachable':
      return new CliError(
        EXIT.unreachable,
        `the cluster cannot be reached${tried}: ${error.message}`,
        'start one with `flotilla up`, or name its addresses with --bootstrap host:port,…',
        { cause: error },
      );
    case 'protocol':
      return new CliError(EXIT.unreachable, error.message, 'is that the Kafka port of a node?', { cause: error });
    case 'timeout':
      return new CliError(
        EXIT.temporary,
        `no answer in time${tried}: ${error.message}`,
        'see `flotilla cluster status`, or wait longer with --timeout',
        { cause: error },
      );
    case 'closed':
      return new CliError(EXIT.interrupted, error.message, '', { cause: error });
    case 'refused':
      return new CliError(
        error.retriable && error.code !== 'UNKNOWN_TOPIC_OR_PARTITION' ? EXIT.temporary : EXIT.data,
        error.message,
        (error.code === null ? undefined : NEXT[error.code]) ?? '',
        { cause: error },
      );
  }
}
