/**
 * One node: everything between its ports, put together.
 *
 * ```
 *  Kafka clients ─▶ KafkaServer ─▶ handlers ─▶ Hosting ─▶ Partition ─▶ Replica ─▶ ReplicaLog (Store)
 *  peers ─▶ PeerTransport ─▶ Replicas ─▶ Replica …                       │
 *                    └─▶ controller.* ─▶ Controller ─▶ MetadataGroup ────┘─▶ image ─▶ Hosting, coordinators, lifecycle
 * ```
 *
 * The order of a start: store (lock, recovery) → peer listener → metadata group → Kafka listener → registration →
 * (unfenced) ready. Nothing here touches the outside but through `ports`; the same code runs in the simulator.
 */
import { millis, present } from '../../raft/index.ts';
import type { GroupId, Incarnation, NodeId, Term, Voter } from '../../raft/index.ts';
import type { ReplicaLog, Store } from '../../storage/index.ts';
import type { NodeConfig } from '../config/index.ts';
import { BrokerLifecycle, Controller, ControllerClient, isControllerMethod, serveController } from '../controller/index.ts';
import type { LifecycleState } from '../controller/index.ts';
import { GroupCoordinator, DEFAULT_COORDINATOR_SETTINGS, OFFSETS_TOPIC } from '../coordinator/index.ts';
import { FetchSessions, ProducerIds } from '../handlers/index.ts';
import type { CommandPort } from '../handlers/index.ts';
import { emptyImage } from '../metadata/index.ts';
import type { Endpoint, MetadataImage } from '../metadata/index.ts';
import { MetadataGroup } from '../metadata-log/index.ts';
import { Hosting, partitionSettings } from '../partition/index.ts';
import type { Partition, ReplicaSpec } from '../partition/index.ts';
import { createPeerTransport } from '../peer/index.ts';
import type { PeerEvents, PeerTransport } from '../peer/index.ts';
import type { Ports } from '../ports/index.ts';
import { Replica, Replicas, TurnQueue } from '../replica/index.ts';
import { KafkaServer } from '../server/index.ts';
import { Bootstrap } from './bootstrap.ts';
import { coordinatorLog } from './coordinator-log.ts';
import { FoundLogs } from './found-logs.ts';
import { groupConfig, METADATA_LOG } from './node-groups.ts';
import type { GroupOwner } from './node-groups.ts';
import { RetentionLoop } from './retention-loop.ts';
import { serverHandlers } from './server-handlers.ts';

const REQUEST_TIMEOUT = millis(5000);
const PARTITIONS_PER_COMMAND_MAX = 100_000;
const WAITING_COMMANDS_MAX = 1000;

/** Why a node stopped by itself. */
export type NodeEnd =
  /** Another life of this node id has registered: two processes with one id. */
  { readonly kind: 'superseded' } | { readonly kind: 'damaged'; readonly reason: string };

export interface ClusterNodeOptions {
  readonly config: NodeConfig;
  readonly ports: Ports;
  readonly store: Store;
  /** Identity of this life of the process. */
  readonly incarnation: Incarnation;
  readonly onReady: () => void;
  readonly onEnd: (end: NodeEnd) => void;
}

export class ClusterNode {
  readonly options: ClusterNodeOptions;
  readonly controller: Controller;
  readonly transport: PeerTransport;
  readonly replicas: Replicas;
  readonly hosting: Hosting;
  readonly groups: GroupCoordinator;
  readonly lifecycle: BrokerLifecycle;
  readonly server: KafkaServer;
  readonly #owner: GroupOwner;
  readonly #client: ControllerClient;
  readonly #retention: RetentionLoop;
  readonly #turns: TurnQueue;
  readonly #bootstrap: Bootstrap;
  readonly #found: FoundLogs;
  readonly #waitingForImage = new Set<() => void>();
  #metadata: MetadataGroup | null = null;
  #metadataLeader: { readonly leader: NodeId | null; readonly term: Term | null } = { leader: null, term: null };
  #kafkaPort = 0;
  #serving = false;
  #creatingOffsetsTopic = false;
  #stopped = false;

  constructor(options: ClusterNodeOptions) {
    this.options = options;
    const { config, ports, store, incarnation } = options;
    const self: Voter = { node: config.node, directory: store.identity.directory };
    const knownController = (): NodeId | null => this.#metadataLeader.leader;
    this.#owner = { self, incarnation, random: ports.random };
    this.#found = new FoundLogs(store, ports.log);
    this.#turns = new TurnQueue(ports.clock);
    this.replicas = new Replicas(ports.clock, this.#turns);
    this.transport = createPeerTransport(this.#transportOptions(), this.#peerEvents());
    this.transport.onRoom(() => this.replicas.onRoom());
    this.#bootstrap = new Bootstrap(self, store.empty, config.voters.map(({ node }) => node), (voters) => {
      this.#metadata?.replica.input({ kind: 'bootstrap', voters });
    });
    this.controller = new Controller(
      {
        self: config.node,
        log: { append: (term, records) => this.#group().append(term, records), confirm: (term) => this.#group().confirm(term) },
        clock: ports.clock,
        random: ports.random.fork('controller'),
        sink: ports.log,
        contactOf: (node) => this.#contactOf(node),
        knownController,
      },
      this.#controllerSettings(),
      emptyImage(),
    );
    this.#client = new ControllerClient(
      { self: { node: config.node, incarnation }, clock: ports.clock, transport: this.transport, controller: this.controller, knownController },
      { requestTimeout: REQUEST_TIMEOUT, backoffMin: millis(10), backoffMax: millis(200) },
    );
    this.hosting = new Hosting({
      self: config.node,
      incarnation,
      store,
      sink: ports.log,
      hooks: {
        wallNow: () => ports.clock.wallNow(),
        now: () => ports.clock.now(),
        sink: ports.log,
        onLeadership: (partition) => this.#onPartitionLeadership(partition),
        onProposeIsr: (partition, proposal) => {
          const { topicId, index } = partition.id;
          const { term, version, isr } = proposal;
          void this.#client.proposeIsr({ topicId, partition: index, leaderTerm: term, version, isr, expelled: [] });
        },
        onViolation: (partition, reason) => {
          ports.log.log('error', 'replica stopped: its log contradicts its leader', { topic: partition.id.topic, partition: partition.id.index, reason });
        },
        onQuorumLeader: (partition) => this.#reportQuorumLeader(partition),
      },
      openLog: (group, directory, settings) => this.#found.open(group, directory, settings),
      settingsOf: (topic, image) => partitionSettings(image, topic, { flush: config.flush, ...config.topics }),
      startReplica: (spec) => this.#startReplica(spec),
      stopReplica: (group) => this.replicas.remove(group),
      onUnusable: (group, topic, log) => this.#onUnusableLog(group, topic, log),
    });
    this.groups = new GroupCoordinator({
      settings: { ...DEFAULT_COORDINATOR_SETTINGS, initialRebalanceDelayMs: config.groupInitialRebalanceDelayMs },
      clock: ports.clock,
      random: ports.random.fork('groups'),
      sink: ports.log,
      image: () => this.image(),
      ensureOffsetsTopic: () => this.#ensureOffsetsTopic(),
    });
    this.lifecycle = new BrokerLifecycle(
      {
        registration: {
          node: config.node,
          incarnation,
          directory: store.identity.directory,
          kafka: { host: config.advertisedHost, port: config.kafkaPort },
          peer: { host: config.advertisedHost, port: config.peerPort },
          admin: { host: config.advertisedHost, port: config.adminPort },
          rack: config.rack,
          knownIncarnations: [store.standing.registered, store.standing.attempted].filter((known) => known !== null),
        },
        client: this.#client,
        clock: ports.clock,
        sink: ports.log,
        found: () => this.#found.replicas(),
        persistIncarnation: (kind, life) => store.setIncarnation(kind, life),
        appliedEnd: () => this.image().end,
        ready: () => this.hosting.opening === 0,
        onState: (state) => this.#onLifecycle(state),
      },
      { heartbeatInterval: millis(config.timing.brokerSession / 4), eagerInterval: millis(20), requestTimeout: REQUEST_TIMEOUT },
    );
    this.server = new KafkaServer({
      network: ports.network,
      clock: ports.clock,
      sink: ports.log,
      host: config.host,
      port: config.kafkaPort,
      handlers: serverHandlers({
        broker: { self: config.node, clock: ports.clock, image: () => this.image(), partition: (topicId, index) => this.hosting.partition(topicId, index) },
        commands: this.commands(),
        groups: this.groups,
        config,
        sessions: new FetchSessions(config.limits.fetchSessionsMax, ports.random.fork('fetch sessions')),
        producerIds: new ProducerIds({ self: config.node, incarnation, commands: this.commands() }),
        controller: () => this.#liveController(),
        untilApplied: (applied, timeoutMs) => this.untilApplied(applied, timeoutMs),
      }),
      limits: {
        requestBytesMax: config.limits.requestBytesMax,
        connectionsMax: config.limits.connectionsMax,
        pendingRequestsMax: 64,
        pendingBytesMax: 32 << 20,
        unsentBytesMax: 4 << 20,
        requestMs: 30_000,
        idleMs: config.limits.connectionIdleMs,
      },
    });
    this.#retention = new RetentionLoop(ports.clock, config.timing.retentionCheck, () => this.hosting.all());
  }

  get kafkaPort(): number {
    return this.#kafkaPort;
  }
  get metadata(): MetadataGroup | null {
    return this.#metadata;
  }
  get metadataLeader(): NodeId | null {
    return this.#metadataLeader.leader;
  }

  image(): MetadataImage {
    return this.#metadata?.image ?? emptyImage();
  }

  /** Resolves when the listeners are bound and the metadata group runs; readiness comes later (`onReady`). Rejects with ListenError. */
  async start(): Promise<void> {
    const { config, ports, store } = this.options;
    await this.transport.start();
    this.#kafkaPort = await this.server.start();
    const opened = await MetadataGroup.open({
      config: groupConfig(config, 'quorum', this.#owner, 'metadata'),
      store,
      settings: METADATA_LOG,
      initialVoters: Bootstrap.alone(this.#owner.self, config.voters.map(({ node }) => node)),
      clock: ports.clock,
      transport: this.transport,
      turns: this.#turns,
      sink: ports.log,
      snapshotEveryBytes: config.metadataSnapshotBytes,
      onDue: (due, replica) => this.replicas.noteDue(due, replica),
      fatal: (reason) => ports.host.exit(70, reason),
      events: {
        onImage: (image) => this.#onImage(image),
        onLeadership: (term, termStart) => this.controller.onLeadership(term, termStart),
        onLeadershipLost: () => this.controller.onLeadershipLost(),
        onLeader: (leader, term) => {
          this.#metadataLeader = { leader, term };
          if (leader !== null) this.#client.onControllerKnown();
        },
      },
    });
    if ('failed' in opened) {
      const failure = present(opened.failed.failure, 'failure of the metadata log');
      this.options.onEnd({ kind: 'damaged', reason: `${failure.path}${failure.position === null ? '' : ` at byte ${failure.position}`}: ${failure.reason}` });
      return;
    }
    const damage = await this.#found.openAll(opened.image);
    if (damage !== null) {
      this.options.onEnd({ kind: 'damaged', reason: damage });
      return;
    }
    this.#metadata = opened;
    this.replicas.add(opened.replica);
    opened.start();
    this.transport.setPeers(this.#peerAddresses(opened.image));
    this.lifecycle.start();
    this.#retention.start();
  }

  /** Controlled shutdown: leaderships move away first, then everything closes; the store is closed by the owner. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.lifecycle.shutdown(this.options.config.timing.controlledShutdown);
    await this.server.stop();
    this.#retention.stop();
    this.groups.close();
    this.hosting.close();
    this.#metadata?.replica.input({ kind: 'resign' });
    this.controller.onLeadershipLost();
    this.#client.stop();
    await this.transport.stop();
    this.replicas.close();
  }

  /** How handlers and the node itself ask the controller. */
  commands(): CommandPort {
    return {
      submit: (command, timeout) => this.#client.ask(command, timeout, command.kind === 'allocate-producer-ids' ? 'repeatable' : 'once'),
    };
  }

  /** Resolves true when `applied` holds for the image, false after `timeoutMs`. */
  untilApplied(applied: (image: MetadataImage) => boolean, timeoutMs: number): Promise<boolean> {
    if (applied(this.image())) return Promise.resolve(true);
    return new Promise((resolve) => {
      const look = (): void => {
        if (!applied(this.image())) return;
        finish(true);
      };
      const finish = (result: boolean): void => {
        timer.cancel();
        this.#waitingForImage.delete(look);
        resolve(result);
      };
      const timer = this.options.ports.clock.setTimer(millis(Math.max(0, timeoutMs)), () => finish(false));
      this.#waitingForImage.add(look);
    });
  }

  #group(): MetadataGroup {
    return present(this.#metadata, 'metadata group');
  }

  #transportOptions(): Parameters<typeof createPeerTransport>[0] {
    const { config, ports, store, incarnation } = this.options;
    const { timing } = config;
    return {
      self: { node: config.node, incarnation, directory: store.identity.directory, clusterId: store.identity.clusterId, empty: store.empty },
      listen: { host: config.host, port: config.peerPort },
      advertised: { host: config.advertisedHost, port: config.peerPort },
      ports,
      timings: { keepAlive: timing.heartbeat, silence: timing.brokerSession, hintMax: timing.brokerSession },
    };
  }

  #peerEvents(): PeerEvents {
    return {
      onMessage: (from, group, message, attachment) => this.replicas.onMessage(from.node, group, message, attachment),
      onConnected: (peer) => {
        this.#bootstrap.onConnected(peer);
        this.replicas.onConnected(peer);
      },
      onDisconnected: (node) => {
        this.#bootstrap.onDisconnected(node);
        this.replicas.onDisconnected(node);
      },
      onSuspect: (node, incarnation) => {
        this.options.ports.log.log('info', 'a peer is probably dead', { node, incarnation });
        this.replicas.onSuspect(node);
        this.controller.onSuspect(node, incarnation);
      },
      onRequest: (from, method, body) => {
        if (isControllerMethod(method)) return serveController(this.controller, from, method, body);
        return Promise.reject(new Error(`unknown method ${method}`));
      },
    };
  }

  #controllerSettings(): ConstructorParameters<typeof Controller>[1] {
    const { config } = this.options;
    const { topics, timing } = config;
    return {
      sessionTimeout: timing.brokerSession,
      leaderBalanceInterval: millis(10_000),
      lossyWait: millis(30_000),
      waitingMax: WAITING_COMMANDS_MAX,
      defaults: {
        partitions: topics.partitions,
        replicationFactor: topics.replicationFactor ?? Math.min(3, config.voters.length),
        partitionsPerCommandMax: PARTITIONS_PER_COMMAND_MAX,
        flush: config.flush,
      },
    };
  }

  #contactOf(node: NodeId): { readonly incarnation: Incarnation; readonly lastFrameAt: ReturnType<typeof millis> } | null {
    const status = this.transport.status(node);
    if (status === null || status.identity === null || status.lastFrameAt === null) return null;
    return { incarnation: status.identity.incarnation, lastFrameAt: status.lastFrameAt };
  }

  /** Any broker that serves may be named controller: admin requests reach it from everywhere. Prefer the real one. */
  #liveController(): NodeId | null {
    const { leader } = this.#metadataLeader;
    const broker = leader === null ? undefined : this.image().brokers.get(leader);
    return broker === undefined || broker.fenced ? this.options.config.node : leader;
  }

  #onImage(image: MetadataImage): void {
    const { store } = this.options;
    if (image.clusterId !== null && store.identity.clusterId === null) {
      void store.setClusterId(image.clusterId);
      this.transport.updateIdentity({ clusterId: image.clusterId, empty: false });
    }
    this.controller.onApplied(image);
    if (this.#metadata !== null) this.transport.setPeers(this.#peerAddresses(image));
    this.hosting.apply(image);
    this.lifecycle.onApplied();
    for (const look of [...this.#waitingForImage]) look();
    this.#maybeReady(image);
  }

  #peerAddresses(image: MetadataImage): ReadonlyMap<NodeId, Endpoint> {
    const addresses = new Map<NodeId, Endpoint>();
    for (const { node, peer } of image.brokers.values()) addresses.set(node, peer);
    for (const { node, peer } of this.options.config.voters) addresses.set(node, peer);
    return addresses;
  }

  #startReplica(spec: ReplicaSpec): Replica {
    const { config, ports } = this.options;
    const replica = new Replica({
      config: groupConfig(config, spec.policy, this.#owner, spec.group),
      group: spec.group,
      log: spec.log,
      recovered: spec.recovered,
      clock: ports.clock,
      transport: this.transport,
      turns: this.#turns,
      sink: ports.log,
      snapshots: null,
      notify: spec.notify,
      onDue: (due, replica) => this.replicas.noteDue(due, replica),
    });
    this.replicas.add(replica);
    return replica;
  }

  #onPartitionLeadership(partition: Partition): void {
    if (partition.id.topic !== OFFSETS_TOPIC) return;
    const { leading } = partition;
    if (leading === null) this.groups.resign(partition.id.index, partition.replica.term);
    else this.groups.lead(coordinatorLog(partition, leading.term, leading.termStart));
  }

  #reportQuorumLeader(partition: Partition): void {
    const { node, incarnation } = { node: this.options.config.node, incarnation: this.options.incarnation };
    const { topicId, index } = partition.id;
    const { leading } = partition;
    if (leading === null) return;
    const reports = [{ topicId, partition: index, term: leading.term }];
    void this.#client.ask({ kind: 'report-quorum-leader', node, incarnation, reports }, REQUEST_TIMEOUT, 'repeatable').then((outcome) => {
      // Isolated from the controller it goes on leading; it reports itself until somebody has heard it or it leads no more.
      if (outcome.kind !== 'answer' && partition.leading?.term === leading.term && !this.#stopped) this.#reportQuorumLeader(partition);
    });
  }

  #onUnusableLog(group: GroupId, topic: string, log: ReplicaLog): void {
    const failure = present(log.failure, 'failure');
    this.options.ports.log.log('error', 'log cannot be used', { group, topic, path: failure.path, position: failure.position, reason: failure.reason });
  }

  #ensureOffsetsTopic(): void {
    if (this.#creatingOffsetsTopic) return;
    this.#creatingOffsetsTopic = true;
    const topic = {
      name: OFFSETS_TOPIC,
      partitions: this.options.config.topics.offsetsPartitions,
      replicationFactor: null,
      assignments: null,
      configs: [{ key: 'cleanup.policy', value: 'compact' }],
      internal: true,
    };
    void this.#client.ask({ kind: 'create-topics', topics: [topic], validateOnly: false }, REQUEST_TIMEOUT, 'once').then(() => {
      this.#creatingOffsetsTopic = false;
    });
  }

  #onLifecycle(state: LifecycleState): void {
    this.options.ports.log.log('info', 'broker state', { state });
    this.#serving = state === 'serving';
    if (state === 'superseded') this.options.onEnd({ kind: 'superseded' });
    this.#maybeReady(this.image());
  }

  #maybeReady(image: MetadataImage): void {
    const broker = image.brokers.get(this.options.config.node);
    const unfenced = broker !== undefined && !broker.fenced && broker.incarnation === this.options.incarnation;
    if (this.#serving && unfenced && !this.#stopped) this.options.onReady();
  }
}
