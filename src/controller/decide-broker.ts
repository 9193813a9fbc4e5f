/**
 * Decisions about brokers: register, serve, be fenced, leave, be forgotten.
 *
 * ```
 *  (unknown) ─register─▶ fenced ─heartbeat, caught up─▶ serving ─heartbeat, wants to stop─▶ leaving ─others know─▶ fenced
 *                          ▲                              │ silent, suspected
 *                          └──────────────────────────────┘          a new incarnation registers: fenced, from anywhere
 * ```
 *
 * Every step takes the partitions along in the same batch: who is fenced is in no ISR and leads nothing.
 */
import { offset, term } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import { applyRecords } from '../metadata/index.ts';
import type { Broker, LossyReplica, MetadataImage, Partition, MetadataRecord } from '../metadata/index.ts';
import { done } from './command.ts';
import type { Answers, BrokerHeartbeat, BrokerLife, RegisterBroker, UnregisterBroker } from './command.ts';
import type { Decision, DecisionContext } from './decision.ts';
import { isLive } from './election.ts';
import { partitionChange } from './partition-change.ts';
import type { PartitionTarget } from './partition-change.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** A broker begins a new life. Ends the old one's leaderships; what the restart may have lost leaves ISR and ELR. */
export function decideRegisterBroker(
  image: MetadataImage,
  command: RegisterBroker,
  context: DecisionContext,
): Decision<Answers['register-broker']> {
  const { kind: _kind, knownIncarnations: _known, found, ...life } = command;
  const before = image.brokers.get(command.node);
  if (before !== undefined && before.incarnation === command.incarnation) return { records: [], answer: done(null) };
  const refused = refuseRegistration(before, command, context);
  if (refused !== null) return { records: [], answer: { kind: 'refused', refusal: refused } };
  // A node that was forgotten, too, may come back with another disk: nothing proves that what it was eligible for is there.
  const own = before !== undefined && isOwnDirectory(before, command);
  const ends = new Map(found.map((each) => [`${each.topicId}:${each.partition}`, each]));
  const lossyOf = (partition: Partition): LossyReplica | 'regained' | null => {
    const log = ends.get(`${partition.topicId}:${partition.index}`);
    const hadFailed = partition.lossy.some((each) => each.node === command.node && each.failed);
    if (own && !hadFailed && (log === undefined || !log.lossy)) return null;
    // A log that had failed and is whole again holds everything that it ever took on. Of several replicas nobody knows what the
    // others committed without it; the only one has missed nothing.
    if (own && log !== undefined && !log.lossy && partition.replicas.length === 1) return 'regained';
    const left = { lastTerm: log?.lastTerm ?? term(0), end: log?.end ?? offset(0), failed: log?.failed ?? false };
    return { node: command.node, ...left };
  };
  const registered: MetadataRecord = { kind: 'broker-registered', ...life };
  const changes = changesWithout(image, [registered], command.node, context, lossyOf);
  return { records: [registered, ...changes], answer: done(null) };
}

/** The directory is the one in which the node's last life was registered, not a wiped, foreign or restored one. */
function isOwnDirectory(before: Broker, command: RegisterBroker): boolean {
  return before.directory === command.directory && command.knownIncarnations.includes(before.incarnation);
}

/**
 * Two processes with one node id, or a late request of a dead life: as long as frames of the registered life come in,
 * only a successor that knows it (same directory, whose lock proves it dead) may take its place.
 */
function refuseRegistration(
  before: Broker | undefined,
  command: RegisterBroker,
  context: DecisionContext,
): Refusal | null {
  if (before === undefined || isOwnDirectory(before, command)) return null;
  if (!context.sessionAlive(before.node, before.incarnation)) return null;
  return refusal(
    'node-in-use',
    `node ${command.node} is alive with directory ${before.directory}, this one is ${command.directory}`,
  );
}

export function decideHeartbeat(
  image: MetadataImage,
  command: BrokerHeartbeat,
  context: DecisionContext,
): Decision<Answers['broker-heartbeat']> {
  const found = livingBroker(image, command);
  if (found.kind === 'refused') return { records: [], answer: found };
  const broker = found.broker;
  const answer = (fenced: boolean, mayStop: boolean): Answers['broker-heartbeat'] => done({ fenced, mayStop });
  if (command.wantsShutdown) {
    if (broker.fenced) return { records: [], answer: answer(true, true) };
    if (!broker.leaving) return { records: leaveRecords(image, broker, context), answer: answer(false, false) };
    if (!context.othersCaughtUp(broker.node)) return { records: [], answer: answer(false, false) };
    return { records: fenceRecords(image, broker, context), answer: answer(true, true) };
  }
  const caughtUp = command.appliedEnd > broker.registeredAt;
  if (!broker.fenced || broker.leaving || !command.wantsUnfence || !caughtUp)
    return { records: [], answer: answer(broker.fenced, false) };
  return { records: unfenceRecords(image, broker, context), answer: answer(false, false) };
}

/** The controller's own decision, after silence or a hint. Does nothing when that life is not registered or fenced already. */
export function decideFenceBroker(image: MetadataImage, life: BrokerLife, context: DecisionContext): Decision<null> {
  const broker = image.brokers.get(life.node);
  if (broker === undefined || broker.fenced || broker.incarnation !== life.incarnation)
    return { records: [], answer: null };
  return { records: fenceRecords(image, broker, context), answer: null };
}

/** Forgets a broker that does not serve. Its replicas stay assigned to it until they are moved. */
export function decideUnregisterBroker(
  image: MetadataImage,
  command: UnregisterBroker,
  context: DecisionContext,
): Decision<Answers['unregister-broker']> {
  const broker = image.brokers.get(command.node);
  const refuse = (refused: Refusal): Decision<Answers['unregister-broker']> => ({
    records: [],
    answer: { kind: 'refused', refusal: refused },
  });
  if (broker === undefined) return refuse(refusal('unknown-broker', `no broker ${command.node} is registered`));
  if (!broker.fenced || context.sessionAlive(broker.node, broker.incarnation))
    return refuse(refusal('broker-alive', `broker ${command.node} is alive; stop it first`));
  const { node, incarnation } = broker;
  return { records: [{ kind: 'broker-unregistered', node, incarnation }], answer: done(null) };
}

export type LivingBroker =
  | { readonly kind: 'living'; readonly broker: Broker }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The gate for every broker command: the sender must be the life that is registered. */
export function livingBroker(image: MetadataImage, life: BrokerLife): LivingBroker {
  const broker = image.brokers.get(life.node);
  if (broker === undefined)
    return { kind: 'refused', refusal: refusal('unknown-broker', `broker ${life.node} is not registered`) };
  if (broker.incarnation === life.incarnation) return { kind: 'living', broker };
  const message = `broker ${life.node} is registered as ${broker.incarnation}, not ${life.incarnation}`;
  return { kind: 'refused', refusal: refusal('stale-incarnation', message) };
}

function fenceRecords(image: MetadataImage, broker: Broker, context: DecisionContext): readonly MetadataRecord[] {
  const { node, incarnation } = broker;
  const fenced: MetadataRecord = { kind: 'broker-fenced', node, incarnation };
  return [fenced, ...changesWithout(image, [fenced], node, context, () => null)];
}

function unfenceRecords(image: MetadataImage, broker: Broker, context: DecisionContext): readonly MetadataRecord[] {
  const { node, incarnation } = broker;
  const unfenced: MetadataRecord = { kind: 'broker-unfenced', node, incarnation };
  const leaderless = (partition: Partition): boolean => partition.leader === null && partition.replicas.includes(node);
  return [unfenced, ...changesWhere(image, [unfenced], context, leaderless, () => ({}))];
}

/** Leaderships move to other members of the ISR, and the leaver goes out of it; where it is the last member it stays. */
function leaveRecords(image: MetadataImage, broker: Broker, context: DecisionContext): readonly MetadataRecord[] {
  const { node, incarnation } = broker;
  const leaving: MetadataRecord = { kind: 'broker-leaving', node, incarnation };
  const replaceable = (partition: Partition): boolean =>
    partition.isr.includes(node) && partition.isr.some((other) => other !== node && isLive(image.brokers.get(other)));
  const without = (partition: Partition): PartitionTarget => ({ isr: partition.isr.filter((other) => other !== node) });
  return [leaving, ...changesWhere(image, [leaving], context, replaceable, without)];
}

/** Takes `node` out of every ISR and leadership, given that `first` is applied; `lossyOf` tells what it may have lost. */
function changesWithout(
  image: MetadataImage,
  first: readonly MetadataRecord[],
  node: NodeId,
  context: DecisionContext,
  lossyOf: (partition: Partition) => LossyReplica | 'regained' | null,
): readonly MetadataRecord[] {
  const touched = (partition: Partition): boolean =>
    partition.leader === node ||
    partition.isr.includes(node) ||
    partition.elr.includes(node) ||
    partition.lossy.some((each) => each.node === node);
  const target = (partition: Partition): PartitionTarget => {
    const isr = partition.isr.filter((other) => other !== node);
    const counted = partition.isr.includes(node) || partition.elr.includes(node);
    const known = partition.lossy.some((each) => each.node === node);
    const lossy = counted || known ? lossyOf(partition) : null;
    if (lossy === null) return { isr };
    return lossy === 'regained' ? { isr, regained: node } : { isr, lost: [node], lossy: [lossy] };
  };
  return [...changesWhere(image, first, context, touched, target), ...quorumChanges(image, node)];
}

function changesWhere(
  image: MetadataImage,
  first: readonly MetadataRecord[],
  context: DecisionContext,
  where: (partition: Partition) => boolean,
  targetOf: (partition: Partition) => PartitionTarget,
): readonly MetadataRecord[] {
  const facts = { image: applyRecords(image, first, image.end, image.term), flush: context.defaults.flush };
  const records: MetadataRecord[] = [];
  for (const topic of image.topicsById.values()) {
    for (const partition of topic.partitions) {
      if (partition.replication !== 'isr' || !where(partition)) continue;
      const change = partitionChange(facts, topic, partition, targetOf(partition));
      if (change !== null) records.push(change);
    }
  }
  return records;
}

/** quorum partitions choose for themselves; the image only stops naming a leader that is known to be gone. */
function quorumChanges(image: MetadataImage, node: NodeId): readonly MetadataRecord[] {
  const records: MetadataRecord[] = [];
  for (const topic of image.topicsById.values()) {
    for (const { replication, leader, leaderTerm, index } of topic.partitions) {
      if (replication !== 'quorum' || leader !== node) continue;
      const place = { topicId: topic.id, partition: index };
      records.push({ kind: 'quorum-leader-reported', ...place, leader: null, leaderIncarnation: null, leaderTerm });
    }
  }
  return records;
}
