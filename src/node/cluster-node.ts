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
import { METADATA_GROUP, millis, present } from '../../raft/index.ts';
import type { NodeId, Term, Voter } from '../../raft/index.ts';
import { describeFailure } from '../../storage/index.ts';
import {
  BrokerLifecycle,
  Controller,
  ControllerClient,
  isControllerMethod,
  serveController,
} from '../controller/index.ts';
import type { LifecycleState } from '../controller/index.ts';
import { FetchSessions, ProducerIds } from '../handlers/index.ts';
import type { CommandPort } from '../handlers/index.ts';
import { emptyImage } from '../metadata/index.ts';
import type { MetadataImage } from '../metadata/index.ts';
import { MetadataGroup } from '../metadata-log/index.ts';
import { Hosting, partitionSettings } from '../partition/index.ts';
import type { ReplicaSpec } from '../partition/index.ts';
import { createPeerTransport } from '../peer/index.ts';
import type { PeerEvents, PeerTransport } from '../peer/index.ts';
import { Replica, Replicas, TurnQueue } from '../replica/index.ts';
import type { ReplicaOptions } from '../replica/index.ts';
import { BROKER_CALL } from '../server/index.ts';
import type { KafkaServer } from '../server/index.ts';
import { Bootstrap } from './bootstrap.ts';
import { CLIENT_SETTINGS, ControllerRequests, REQUEST_TIMEOUT } from './controller-requests.ts';
import { Coordinators } from './coordinators.ts';
import { logDirectory, quorumSource } from './described-node.ts';
import { FailedReplicas } from './failed-replicas.ts';
import { FoundLogs } from './found-logs.ts';
import { ImageWaiters } from './image-waiters.ts';
import { LogCare } from './log-care.ts';
import { LossAcceptance } from './loss-acceptance.ts';
import { groupConfig, METADATA_LOG } from './node-groups.ts';
import type { GroupOwner } from './node-groups.ts';
import type { ClusterNodeOptions } from './node-options.ts';
import {
  contactOf,
  controllerSettings,
  kafkaServer,
  joinCluster,
  peerAddresses,
  registration,
  suspectOf,
  transportOptions,
  usableController,
} from './node-parts.ts';
import { RemovedTopics } from './removed-topics.ts';

/** Between heartbeats while something is being waited for: what a start or a shutdown costs. */
const EAGER_INTERVAL = millis(5);

export class ClusterNode {
  readonly options: ClusterNodeOptions;
  readonly controller: Controller;
  readonly transport: PeerTransport;
  readonly replicas: Replicas;
  readonly hosting: Hosting;
  readonly failed: FailedReplicas;
  readonly losses: LossAcceptance;
  readonly coordinators: Coordinators;
  readonly lifecycle: BrokerLifecycle;
  readonly server: KafkaServer;
  readonly #owner: GroupOwner;
  readonly #client: ControllerClient;
  readonly #care: LogCare;
  readonly #turns: TurnQueue;
  readonly #bootstrap: Bootstrap;
  readonly #found: FoundLogs;
  readonly #waiters: ImageWaiters;
  readonly #removedTopics = new RemovedTopics();
  readonly #requests: ControllerRequests;
  readonly #producerIds: ProducerIds;
  #metadata: MetadataGroup | null = null;
  #metadataLeader: { readonly leader: NodeId | null; readonly term: Term | null } = { leader: null, term: null };
  #kafkaPort = 0;
  #serving = false;
  #stopped = false;

  constructor(options: ClusterNodeOptions) {
    this.options = options;
    const { config, ports, store, incarnation } = options;
    const self: Voter = { node: config.node, directory: store.identity.directory };
    this.#owner = { self, incarnation, random: ports.random };
    this.#found = new FoundLogs(store, ports.log);
    this.#waiters = new ImageWaiters(ports.clock, () => this.image());
    this.#turns = new TurnQueue(ports.clock, (send) => this.transport.together(send));
    this.replicas = new Replicas(ports.clock, this.#turns);
    this.transport = createPeerTransport(transportOptions(config, ports, store, incarnation), this.#peerEvents());
    this.transport.onRoom(() => this.replicas.onRoom());
    const configured = config.voters.map(({ node }) => node);
    const empty = store.empty && store.identity.bootstrapVoters === null;
    this.#bootstrap = new Bootstrap(self, empty, configured, (voters) => void this.#onBootstrap(voters));
    this.controller = this.#makeController();
    const life = { node: config.node, incarnation };
    this.#client = new ControllerClient(
      {
        self: life,
        clock: ports.clock,
        transport: this.transport,
        controller: this.controller,
        knownController: () => this.metadataLeader,
      },
      CLIENT_SETTINGS,
    );
    this.#requests = new ControllerRequests(life, this.#client);
    this.hosting = this.#makeHosting();
    const image = (): MetadataImage => this.image();
    const { clock, log: sink } = ports;
    const around = { self: life, client: this.#client, clock, sink, hosting: this.hosting, image };
    this.failed = new FailedReplicas({ ...around, fatal: (reason) => ports.host.exit(74, reason) });
    this.losses = new LossAcceptance({ ...around, store, failed: this.failed, waiters: this.#waiters });
    this.#producerIds = new ProducerIds({ self: config.node, incarnation, commands: this.commands() });
    this.coordinators = new Coordinators(config.node, {
      config,
      ports,
      image,
      transport: this.transport,
      producerIds: this.#producerIds,
      ensureTopic: (name, partitions) => this.#requests.ensureTopic(name, partitions),
    });
    this.lifecycle = this.#makeLifecycle();
    this.server = this.#makeServer();
    this.#care = new LogCare(options, image, this);
  }

  #makeController(): Controller {
    const { config, ports, incarnation } = this.options;
    return new Controller(
      {
        self: config.node,
        log: {
          append: (term, records) => this.#group().append(term, records),
          confirm: (term) => this.#group().confirm(term),
        },
        clock: ports.clock,
        random: ports.random.fork('controller'),
        sink: ports.log,
        contactOf: (node) => contactOf(this.transport, node, { node: config.node, incarnation }, ports.clock.now()),
        suspectOf: (node) => suspectOf(this.transport, node),
        knownController: () => this.metadataLeader,
      },
      controllerSettings(config),
      emptyImage(),
    );
  }

  #makeHosting(): Hosting {
    const { config, ports, store, incarnation } = this.options;
    return new Hosting({
      self: config.node,
      incarnation,
      store,
      sink: ports.log,
      hooks: {
        wallNow: () => ports.clock.wallNow(),
        now: () => ports.clock.now(),
        sink: ports.log,
        onLeadership: (partition) => this.coordinators.onLeadership(partition),
        onProposeIsr: (partition, proposal) => {
          const { topicId, index } = partition.id;
          const { kind: _kind, term, expelled, ...wanted } = proposal;
          const nodes = expelled.join(',');
          if (nodes !== '') ports.log.log('error', 'replicas have lost committed records', { topicId, index, nodes });
          void this.#client.proposeIsr({ topicId, partition: index, leaderTerm: term, expelled, ...wanted });
        },
        onViolation: (partition, reason) => this.failed.onViolation(partition, reason),
        onQuorumLeader: (partition) => this.#requests.reportQuorumLeader(partition),
      },
      openLog: (group, directory, settings) => this.#found.open(group, directory, settings),
      settingsOf: (topic, image) =>
        partitionSettings(image, topic, { flush: config.flush, ...config.topics }, config.node),
      startReplica: (spec) => this.#startReplica(spec),
      stopReplica: (group) => this.replicas.remove(group),
      onUnusable: (partition) => this.failed.onUnusable(partition),
    });
  }

  #makeLifecycle(): BrokerLifecycle {
    const { config, ports, store, incarnation } = this.options;
    return new BrokerLifecycle(
      {
        registration: registration(config, store, incarnation),
        client: this.#client,
        clock: ports.clock,
        sink: ports.log,
        found: () => this.#found.replicas(),
        persistIncarnation: (kind, life) => store.setIncarnation(kind, life),
        appliedEnd: () => this.image().end,
        ready: () => this.hosting.opening === 0,
        onState: (state) => this.#onLifecycle(state),
      },
      {
        heartbeatInterval: millis(config.timing.brokerSession / 4),
        eagerInterval: EAGER_INTERVAL,
        requestTimeout: REQUEST_TIMEOUT,
      },
    );
  }

  #makeServer(): KafkaServer {
    const { config, ports } = this.options;
    return kafkaServer(config, ports, {
      broker: {
        self: config.node,
        clock: ports.clock,
        image: () => this.image(),
        partition: (topicId, index) => this.hosting.partition(topicId, index),
      },
      commands: this.commands(),
      coordinators: this.coordinators,
      config,
      sessions: new FetchSessions(config.limits.fetchSessionsMax, ports.random.fork('fetch sessions')),
      producerIds: this.#producerIds,
      directory: logDirectory(this),
      quorum: quorumSource(this),
      controller: () => usableController(this.image(), this.metadataLeader, config.node),
      untilApplied: (applied, timeoutMs) => this.#waiters.until(applied, timeoutMs),
    });
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
    await this.transport.start();
    this.#kafkaPort = await this.server.start();
    const opened = await this.#openMetadata();
    if ('failed' in opened) {
      this.options.onEnd({ kind: 'damaged', reason: describeFailure(opened.failed) });
      return;
    }
    this.options.store.onLogFailure((group, failure) => this.failed.onLogFailure(group, failure));
    this.options.store.onHeldUp((group, reason) => this.hosting.refuseWaiting(group, reason));
    await this.#found.openAll();
    this.#metadata = opened;
    this.replicas.add(opened.replica);
    opened.start();
    this.transport.setPeers(peerAddresses(opened.image, this.options.config));
    this.lifecycle.start();
    this.#care.start();
  }

  #openMetadata(): ReturnType<typeof MetadataGroup.open> {
    const { config, ports, store } = this.options;
    return MetadataGroup.open({
      config: groupConfig(config, 'quorum', this.#owner, METADATA_GROUP),
      store,
      settings: METADATA_LOG,
      initialVoters: Bootstrap.known(
        this.#owner.self,
        config.voters.map(({ node }) => node),
        store.identity.bootstrapVoters,
      ),
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
          if (leader === null) return;
          this.transport.updateIdentity({ empty: false });
          this.#client.onControllerKnown();
        },
      },
    });
  }

  /** Controlled shutdown: leaderships move away first, then everything closes; the store is closed by the owner. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.lifecycle.shutdown(this.options.config.timing.controlledShutdown);
    await this.server.stop();
    await this.#care.stop();
    this.coordinators.close();
    this.hosting.close();
    this.#metadata?.replica.input({ kind: 'resign' });
    this.controller.onLeadershipLost();
    this.#requests.stop();
    this.failed.stop();
    this.#client.stop();
    await this.transport.stop();
    this.replicas.close();
  }

  /** How handlers and the node itself ask the controller. */
  commands(): CommandPort {
    return {
      submit: (command, timeout) =>
        this.#client.ask(command, timeout, command.kind === 'allocate-producer-ids' ? 'repeatable' : 'once'),
    };
  }

  #group(): MetadataGroup {
    return present(this.#metadata, 'metadata group');
  }

  /** The first voters are known: durable first, or a crash before the first log entry would leave nobody who may vote. */
  async #onBootstrap(voters: readonly Voter[]): Promise<void> {
    await this.options.store.setBootstrapVoters(voters);
    // The handshakes go on showing an empty directory until somebody leads: others may not have seen all of them yet.
    this.#metadata?.replica.input({ kind: 'bootstrap', voters });
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
        if (method === BROKER_CALL) return this.coordinators.calls.serve(from, body);
        return Promise.reject(new Error(`unknown method ${method}`));
      },
    };
  }

  #onImage(image: MetadataImage): void {
    joinCluster(image, this.options.store, this.transport);
    this.controller.onApplied(image);
    if (this.#metadata !== null) this.transport.setPeers(peerAddresses(image, this.options.config));
    // Committed offsets go with their topic.
    for (const { name, id } of this.#removedTopics.after(image)) this.coordinators.groups.topicDeleted(name, id);
    this.hosting.apply(image);
    this.failed.onImage();
    this.#care.onImage();
    this.#requests.onImage(image, this.hosting.all());
    this.lifecycle.onApplied();
    this.#waiters.onImage();
    this.#maybeReady(image);
  }

  #startReplica(spec: ReplicaSpec): Replica {
    const { config, ports } = this.options;
    const around = { clock: ports.clock, transport: this.transport, turns: this.#turns, sink: ports.log };
    const group = groupConfig(config, spec.policy, this.#owner, spec.group);
    const onDue: ReplicaOptions['onDue'] = (due, replica) => this.replicas.noteDue(due, replica);
    const started = new Replica({ ...around, ...spec, config: group, snapshots: null, onDue });
    this.replicas.add(started);
    return started;
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
