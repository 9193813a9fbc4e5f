/**
 * One core on a bench: inputs by hand, effects to look at. For tests of single rules.
 */
import {
  byteCount,
  type CoreState,
  createCore,
  type Effect,
  type GroupConfig,
  type Input,
  type Message,
  millis,
  nodeId,
  offset,
  type Persist,
  type Policy,
  type RecoveredLog,
  step,
  term,
  type TermStart,
  type Voter,
} from '../../../raft/index.ts';
import { configOf, lifeOf, voter, voters } from './configs.ts';

export interface BenchSetup {
  readonly policy?: Policy;
  readonly voters?: readonly Voter[] | null;
  /** Terms of the log's one-offset batches, from 0. */
  readonly log?: readonly number[];
  readonly term?: number;
  readonly votedFor?: Voter;
  readonly highWatermark?: number;
  readonly config?: Partial<GroupConfig>;
}

function termStarts(terms: readonly number[]): TermStart[] {
  return terms.flatMap((of, index) => (terms[index - 1] === of ? [] : [{ term: term(of), start: offset(index) }]));
}

export class Bench {
  readonly core: CoreState;
  now = 0;

  constructor(setup: BenchSetup = {}) {
    const log = setup.log ?? [];
    const recovered: RecoveredLog = {
      hardState: { term: term(setup.term ?? log.at(-1) ?? 0), votedFor: setup.votedFor ?? null },
      logStart: offset(0),
      logStartTerm: term(0),
      logEnd: offset(log.length),
      terms: termStarts(log),
      voters: [],
      initialVoters: setup.voters === undefined ? voters(1, 2, 3) : setup.voters,
      highWatermark: offset(setup.highWatermark ?? 0),
    };
    this.core = createCore(configOf(setup.policy ?? 'quorum', 1, 1, setup.config), recovered, millis(0));
    for (const peer of [2, 3]) this.connect(peer);
  }

  connect(peer: number, life = 1, directory = `d${peer}`): readonly Effect[] {
    return this.step({
      kind: 'peer-connected',
      peer: nodeId(peer),
      directory: voter(peer, directory).directory,
      incarnation: lifeOf(peer, life),
    });
  }

  step(input: Input): readonly Effect[] {
    return step(this.core, input, millis(this.now));
  }

  receive(from: number, message: Message): readonly Effect[] {
    return this.step({ kind: 'receive', from: nodeId(from), message });
  }

  tick(duration: number): readonly Effect[] {
    this.now += duration;
    return this.step({ kind: 'tick' });
  }

  /** Everything that was persisted so far is durable. */
  persist(): readonly Effect[] {
    return this.step({ kind: 'persisted', sequence: this.core.sequence });
  }

  propose(...offsets: readonly number[]): readonly Effect[] {
    return this.step({ kind: 'propose', batches: offsets.map((count) => ({ offsets: count, bytes: byteCount(10) })) });
  }

  /** Wins an election with the votes of `from`. The no-op is not durable yet. */
  win(...from: readonly number[]): readonly Effect[] {
    this.tick(1300);
    for (const peer of from)
      this.receive(peer, { kind: 'pre-vote-reply', term: term(this.core.term + 1), granted: true });
    this.persist();
    let effects: readonly Effect[] = [];
    for (const peer of from)
      effects = [...effects, ...this.receive(peer, { kind: 'vote-reply', term: this.core.term, granted: true })];
    return effects;
  }

  /** The driver sends what it was asked to, whole, and the follower answers that it has it on disk. */
  acknowledge(peer: number, end = this.core.log.end): readonly Effect[] {
    const { role } = this.core;
    const progress = role.kind === 'leader' ? role.progress.get(nodeId(peer)) : undefined;
    if (progress === undefined) throw new Error(`no progress for ${peer}`);
    const { progressId } = progress;
    const sent = this.step({
      kind: 'sent',
      peer: nodeId(peer),
      progressId,
      end: this.core.log.end,
      bytes: byteCount(10),
    });
    const outcome = { kind: 'matched', verifiedEnd: end } as const;
    const reply = this.receive(peer, {
      kind: 'append-reply',
      term: this.core.term,
      progressId,
      round: 0,
      outcome,
      logEnd: end,
      logStart: this.core.log.start,
    });
    return [...sent, ...reply];
  }
}

export function persistOf(effects: readonly Effect[]): Persist | null {
  return effects.find((effect) => effect.kind === 'persist') ?? null;
}

/** All messages that leave at once. */
export function sentOf(effects: readonly Effect[]): Message[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.message] : []));
}

/** All messages that wait for the disk. */
export function heldOf(effects: readonly Effect[]): Message[] {
  return (persistOf(effects)?.thenSend ?? []).map(({ message }) => message);
}
