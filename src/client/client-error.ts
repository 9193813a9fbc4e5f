/**
 * What can go wrong for a client: one error class, told apart by `kind`.
 *
 *   unreachable  no address answered; `addresses` were tried          timeout   nobody answered in time
 *   refused      the cluster said no: `code` is Kafka's error name    closed    the client itself was closed
 *   protocol     the other side does not speak Kafka, or not a version that we know
 */
import { ERROR_CODES, errorName } from '../wire/index.ts';
import type { ErrorName } from '../wire/index.ts';

export type ClientErrorKind = 'unreachable' | 'timeout' | 'refused' | 'closed' | 'protocol';

export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly kind: ClientErrorKind;
  /** `host:port` of all that were tried; empty where that says nothing. */
  readonly addresses: readonly string[];
  /** Kafka's name of the refusal; null for other kinds. */
  readonly code: ErrorName | null;

  constructor(
    kind: ClientErrorKind,
    message: string,
    about: { readonly addresses?: readonly string[]; readonly code?: ErrorName; readonly cause?: unknown } = {},
  ) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
    this.kind = kind;
    this.addresses = about.addresses ?? [];
    this.code = about.code ?? null;
  }

  /** True: the same request may succeed later or elsewhere. */
  get retriable(): boolean {
    if (this.kind === 'refused') return this.code !== null && ERROR_CODES[this.code].retriable;
    return this.kind === 'unreachable' || this.kind === 'timeout';
  }
}

/** The error for a Kafka error code, 0 excluded. `what` was asked for; `detail` is what the broker said of it. */
export function refusal(code: number, what: string, detail: string | null = null): ClientError {
  const name = errorName(code) ?? 'UNKNOWN_SERVER_ERROR';
  return new ClientError('refused', `${what}: ${name}${detail === null || detail === '' ? '' : ` (${detail})`}`, {
    code: name,
  });
}

/** Throws {@link refusal} unless `code` is 0. */
export function refuseUnlessOk(code: number, what: string, detail: string | null = null): void {
  if (code !== 0) throw refusal(code, what, detail);
}
