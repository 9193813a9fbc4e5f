/**
 * A client of a cluster: connections to its brokers, what it knows of them, and calls with retries.
 *
 * ```
 *  any(api, body)         whoever answers first of: open links, known brokers, bootstrap addresses
 *  on(node, api, body)    that broker
 *  firstOf(nodes, ask)    whoever answers first of those brokers
 *  refresh(topics)        asks anybody for metadata and replaces what was known
 *  retry(work)            again while errors are retriable and the call's time lasts
 * ```
 *
 * It speaks through ports, so the same client is the CLI's and the simulated world's. One client may be shared by
 * producers, consumers and admin calls; `close` ends them all.
 */
import { millis } from '../../raft/index.ts';
import { API_TABLE, WireCodec } from '../wire/index.ts';
import type { ApiSchema, Decoded, Encodable } from '../wire/index.ts';
import { formatAddress } from './address.ts';
import type { Address } from './address.ts';
import { BrokerLink } from './broker-link.ts';
import { ClientError, refusal } from './client-error.ts';
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from './client-options.ts';
import type { ClientOptions, ClientPorts } from './client-options.ts';
import { hedge, HEDGE_MS } from './hedge.ts';
import { metadataAfter, NO_METADATA } from './cluster-metadata.ts';
import type { ClusterMetadata, KnownPartition, KnownTopic } from './cluster-metadata.ts';
import { Silences } from './silences.ts';

/**
 * APIs for which several nodes may be asked for one answer: they change nothing, or (InitProducerId, of which we never name
 * a transactional id) hand out a number that nobody has to use.
 */
const REPEATABLE: ReadonlySet<number> = new Set(
  [
    API_TABLE.metadata,
    API_TABLE.describeCluster,
    API_TABLE.describeConfigs,
    API_TABLE.describeTopicPartitions,
    API_TABLE.findCoordinator,
    API_TABLE.initProducerId,
  ].map(({ schema }) => schema.key),
);

const DEFAULTS = { requestTimeoutMs: 10_000, connectTimeoutMs: 3000, callTimeoutMs: 30_000 };

export class KafkaClient {
  readonly ports: ClientPorts;
  readonly requestTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly #options: ClientOptions;
  readonly #connectTimeoutMs: number;
  readonly #codec = new WireCodec();
  /** Of addresses. */
  readonly #silences: Silences;
  /** By address. */
  readonly #links = new Map<string, Promise<BrokerLink>>();
  /** How to give up each link that is being opened. */
  readonly #opening = new Map<string, () => void>();
  readonly #closers = new Set<() => void>();
  readonly #sleepers = new Set<() => void>();
  /** Questions for metadata that are under way, and since when. */
  readonly #refreshing = new Map<string, { readonly since: number; readonly answer: Promise<ClusterMetadata> }>();
  #metadata: ClusterMetadata = NO_METADATA;
  #closed = false;

  constructor(ports: ClientPorts, options: ClientOptions) {
    this.ports = ports;
    this.#silences = new Silences(ports.clock);
    this.#options = options;
    this.requestTimeoutMs = options.requestTimeoutMs ?? DEFAULTS.requestTimeoutMs;
    this.callTimeoutMs = options.callTimeoutMs ?? DEFAULTS.callTimeoutMs;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs;
  }

  /** As last refreshed; empty before. */
  get metadata(): ClusterMetadata {
    return this.#metadata;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Calls `closer` when the client is closed; the result takes that back. */
  onClose(closer: () => void): () => void {
    this.#closers.add(closer);
    return () => void this.#closers.delete(closer);
  }

  /** Asks a broker by id. Rejects with {@link ClientError}; never retries. */
  async on<Api extends ApiSchema>(
    node: number,
    api: Api,
    body: Encodable<Api['request']>,
    timeoutMs = this.requestTimeoutMs,
  ): Promise<Decoded<Api['response']>> {
    const link = await this.link(node);
    return link.request(api, body, timeoutMs);
  }

  /** The connection to a broker, made if there is none. Rejects with {@link ClientError}. */
  link(node: number): Promise<BrokerLink> {
    const address = this.#metadata.brokers.get(node);
    if (address === undefined)
      return Promise.reject(new ClientError('unreachable', `node ${node} is not in the cluster's metadata`));
    return this.#linkTo(address);
  }

  /**
   * Asks anybody, `avoid` last: the first of all known addresses that answers; the next is tried when one does not answer for
   * a while ({@link hedge}). What changes something is sent to one only: the first that lets us connect. Rejects when none
   * did, naming the addresses tried.
   */
  async any<Api extends ApiSchema>(
    api: Api,
    body: Encodable<Api['request']>,
    timeoutMs = this.requestTimeoutMs,
    avoid: number | null = null,
  ): Promise<Decoded<Api['response']>> {
    if (!REPEATABLE.has(api.key)) return this.#one(api, body, timeoutMs, avoid);
    const ask = async (address: Address): Promise<Decoded<Api['response']>> =>
      (await this.#linkTo(address)).request(api, body, timeoutMs);
    return this.#first(this.#candidates(avoid), formatAddress, ask);
  }

  /** The first answer of these brokers, asked as {@link any} does. For what may be asked of several. */
  firstOf<T>(nodes: readonly number[], ask: (node: number) => Promise<T>): Promise<T> {
    const nameOf = (node: number): string => {
      const address = this.#metadata.brokers.get(node);
      return address === undefined ? '' : formatAddress(address);
    };
    return this.#first(nodes, nameOf, ask);
  }

  /**
   * Asks for metadata: of these topics, or (null) of all. Topics that do not exist are absent from the result. `avoid` is
   * asked last: a node that was cut off from the others may go on naming itself. Who asks for the same at nearly the same time
   * gets the same answer: when a broker dies, each partition that it led wants to know who leads now.
   */
  refresh(
    topics: readonly string[] | null,
    options: { readonly create?: boolean; readonly avoid?: number | null } = {},
  ): Promise<ClusterMetadata> {
    const { create = false, avoid = null } = options;
    const key = JSON.stringify([topics, create, avoid]);
    const now = this.ports.clock.now();
    const known = this.#refreshing.get(key);
    if (known !== undefined && now - known.since < BACKOFF_MIN_MS) return known.answer;
    const answer = this.#refresh(topics, create, avoid);
    const forget = (): void => {
      if (this.#refreshing.get(key)?.answer === answer) this.#refreshing.delete(key);
    };
    this.#refreshing.set(key, { since: now, answer });
    answer.then(forget, forget);
    return answer;
  }

  async #refresh(topics: readonly string[] | null, create: boolean, avoid: number | null): Promise<ClusterMetadata> {
    const body = {
      topics: topics === null ? null : topics.map((name) => ({ name })),
      allowAutoTopicCreation: create,
    };
    const api = API_TABLE.metadata.schema;
    const response = await (body.allowAutoTopicCreation
      ? this.#one(api, body, this.requestTimeoutMs, avoid)
      : this.any(api, body, this.requestTimeoutMs, avoid));
    this.#metadata = metadataAfter(this.#metadata, response, topics === null);
    for (const { name, errorCode } of response.topics) {
      // Not there (yet): that is an answer, seen in the metadata. Anything else is refused.
      if (errorCode !== 0 && errorCode !== 3 && errorCode !== 5) throw refusal(errorCode, `topic ${name ?? '?'}`);
    }
    return this.#metadata;
  }

  /** The topic as known, refreshed when unknown, made only when nobody knows it. Rejects with UNKNOWN_TOPIC_OR_PARTITION. */
  async topic(name: string, options: { readonly create?: boolean } = {}): Promise<KnownTopic> {
    let known = this.#metadata.topics.get(name) ?? (await this.refresh([name])).topics.get(name);
    if (known === undefined && options.create === true) known = (await this.refresh([name], options)).topics.get(name);
    if (known === undefined) throw refusal(3, `topic ${name}`);
    return known;
  }

  /** The partition as known, when it has a leader. */
  leaderOf(topic: string, index: number): (KnownPartition & { readonly leader: number }) | null {
    const partition = this.#metadata.topics.get(topic)?.partitions[index];
    return partition === undefined || partition.leader === null ? null : { ...partition, leader: partition.leader };
  }

  /** Does `work` until it succeeds, fails for good, or the time of the call is over; the last error then stands. */
  async retry<T>(work: () => Promise<T>, timeoutMs = this.callTimeoutMs): Promise<T> {
    const deadline = this.ports.clock.now() + timeoutMs;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        const again = error instanceof ClientError && error.retriable && !this.#closed;
        if (!again || this.ports.clock.now() >= deadline) throw error;
      }
      await this.sleep(this.backoffMs(attempt));
    }
  }

  /** How long to wait after attempt number `attempt` (from 0). */
  backoffMs(attempt: number): number {
    const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 1.5 ** Math.min(attempt, 20));
    return wait * (0.75 + 0.5 * this.ports.random.fraction());
  }

  /** Resolves after `delayMs`, or when the client is closed. */
  sleep(delayMs: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = this.ports.clock.setTimer(millis(delayMs), wake);
      this.#sleepers.add(wake);
    });
  }

  /** Ends all connections; what waits is rejected with `closed`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const closer of [...this.#closers]) closer();
    for (const wake of [...this.#sleepers]) wake();
    for (const giveUp of [...this.#opening.values()]) giveUp();
    for (const link of this.#links.values()) {
      link.then(
        (open) => open.close(),
        () => undefined,
      );
    }
    this.#links.clear();
  }

  /** Sends it once: to the first that lets us connect. */
  async #one<Api extends ApiSchema>(
    api: Api,
    body: Encodable<Api['request']>,
    timeoutMs: number,
    avoid: number | null,
  ): Promise<Decoded<Api['response']>> {
    const link = await this.#first(this.#candidates(avoid), formatAddress, (address) => this.#linkTo(address));
    return link.request(api, body, timeoutMs);
  }

  /** {@link hedge}, those behind that were silent lately. `nameOf`: the address. */
  async #first<Candidate, T>(
    candidates: readonly Candidate[],
    nameOf: (candidate: Candidate) => string,
    ask: (candidate: Candidate) => Promise<T>,
  ): Promise<T> {
    const asked = async (candidate: Candidate): Promise<T> => {
      const answer = await ask(candidate);
      this.#silences.end(nameOf(candidate));
      return answer;
    };
    const hedged = await hedge(this.#silences.last(candidates, nameOf), asked, {
      clock: this.ports.clock,
      patienceMs: HEDGE_MS,
      isFinal: (error) => !(error instanceof ClientError) || error.kind === 'refused' || error.kind === 'closed',
    });
    if (hedged.kind === 'answered') {
      for (const candidate of hedged.silent) this.#silences.note(nameOf(candidate));
      return hedged.answer;
    }
    const failures = hedged.failures.filter((failure): failure is ClientError => failure instanceof ClientError);
    const [first] = failures;
    if (failures.length === 1 && first !== undefined) throw first;
    const addresses = [...new Set(failures.flatMap((failure) => failure.addresses))];
    const kind = failures.every((failure) => failure.kind === 'timeout') ? 'timeout' : 'unreachable';
    throw new ClientError(kind, failures.map(({ message }) => message).join('; '), { addresses });
  }

  /** Addresses with a link first, then those of the metadata, then the bootstrap list; each once. */
  #candidates(avoid: number | null): readonly Address[] {
    const known = [...this.#metadata.brokers.values()];
    const first = known.length === 0 ? 0 : this.ports.random.below(known.length);
    const all = [...known.slice(first), ...known.slice(0, first), ...this.#options.bootstrap];
    const linked = all.filter((address) => this.#links.has(formatAddress(address)));
    const byName = new Map([...linked, ...all].map((address) => [formatAddress(address), address]));
    const shunned = avoid === null ? undefined : this.#metadata.brokers.get(avoid);
    if (shunned !== undefined && byName.delete(formatAddress(shunned))) byName.set(formatAddress(shunned), shunned);
    return [...byName.values()];
  }

  #linkTo(address: Address): Promise<BrokerLink> {
    if (this.#closed) return Promise.reject(new ClientError('closed', 'the client was closed'));
    const name = formatAddress(address);
    const found = this.#links.get(name);
    if (found !== undefined) return found;
    const forget = (): void => {
      if (this.#links.get(name) === opening) this.#links.delete(name);
    };
    const opening: Promise<BrokerLink> = BrokerLink.open({
      ports: this.ports,
      codec: this.#codec,
      address,
      clientId: this.#options.clientId,
      connectTimeoutMs: this.#connectTimeoutMs,
      ...(this.#options.versionEnds === undefined ? {} : { versionEnds: this.#options.versionEnds }),
      onClosed: (why) => {
        forget();
        if (why.kind === 'timeout') this.#silences.note(name);
      },
      onOpening: (giveUp) => void this.#opening.set(name, giveUp),
    });
    this.#links.set(name, opening);
    const opened = (): void => void this.#opening.delete(name);
    opening.then(opened, () => {
      opened();
      forget();
    });
    return opening;
  }
}
