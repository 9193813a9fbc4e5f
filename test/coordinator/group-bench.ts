/**
 * A group on a bench: numbers requests, keeps answers, and commits the records that the group wants persisted when
 * told to (at once, unless `holdCommits`).
 */
import { expect } from 'vitest';
import { millis } from '../../raft/index.ts';
import { stepGroup } from '../../src/coordinator/group.ts';
import { emptyGroup } from '../../src/coordinator/group-state.ts';
import type { Group } from '../../src/coordinator/group-state.ts';
import type {
  GroupAnswer,
  GroupInput,
  JoinAnswer,
  JoinInput,
  LeavingMember,
  PersistReason,
} from '../../src/coordinator/group-step.ts';
import { DEFAULT_COORDINATOR_SETTINGS } from '../../src/coordinator/settings.ts';
import type { CoordinatorSettings } from '../../src/coordinator/settings.ts';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array): string => new TextDecoder().decode(value);

type Kind = GroupAnswer['kind'];
type AnswerOf<K extends Kind> = Extract<GroupAnswer, { kind: K }>;

export interface JoinOptions {
  readonly memberId?: string;
  readonly instanceId?: string | null;
  readonly session?: number;
  readonly rebalance?: number;
  readonly type?: string;
  /** Names in order of preference; `name=metadata` gives metadata. */
  readonly protocols?: readonly string[];
  readonly version?: number;
}

export class GroupBench {
  readonly settings: CoordinatorSettings;
  readonly group: Group = emptyGroup('g', 0);
  now = 0;
  holdCommits = false;
  readonly held: PersistReason[] = [];
  readonly persisted: { readonly reason: PersistReason; readonly assignments: ReadonlyMap<string, Uint8Array> }[] = [];
  readonly answers = new Map<number, GroupAnswer>();
  /** All answers in the order in which they came. */
  readonly answered: GroupAnswer[] = [];
  #request = 0;
  #memberIds = 0;

  constructor(settings: Partial<CoordinatorSettings> = {}) {
    this.settings = { ...DEFAULT_COORDINATOR_SETTINGS, initialRebalanceDelayMs: 0, ...settings };
  }

  get context(): { now: ReturnType<typeof millis>; wallNow: number; settings: CoordinatorSettings } {
    return { now: millis(this.now), wallNow: 1_000_000 + this.now, settings: this.settings };
  }

  step(input: GroupInput): void {
    for (const effect of stepGroup(this.group, input, this.context)) {
      if (effect.kind === 'answer') {
        if (this.answers.has(effect.request)) throw new Error(`request ${effect.request} answered twice`);
        this.answers.set(effect.request, effect.answer);
        this.answered.push(effect.answer);
      } else {
        this.persisted.push(effect);
        this.held.push(effect.reason);
      }
    }
    if (!this.holdCommits) this.commit();
  }

  /** Everything that waits for its commit gets it, or the error. */
  commit(error = 0): void {
    for (const reason of this.held.splice(0)) this.step({ kind: 'persisted', reason, error });
  }

  /** Moves time in the group's own steps. */
  advance(duration: number): void {
    const end = this.now + duration;
    while (this.group.due !== null && this.group.due <= end) {
      this.now = Math.max(this.now, this.group.due);
      this.step({ kind: 'tick' });
    }
    this.now = end;
  }

  answer<K extends Kind>(request: number, kind: K): AnswerOf<K> | null {
    const answer = this.answers.get(request);
    if (answer === undefined) return null;
    expect(answer.kind).toBe(kind);
    return answer as AnswerOf<K>;
  }

  join(options: JoinOptions = {}): number {
    const {
      memberId = '',
      instanceId = null,
      session = 10_000,
      rebalance = 60_000,
      type = 'consumer',
      version = 3,
    } = options;
    const request = (this.#request += 1);
    this.#memberIds += 1;
    const input: JoinInput = {
      kind: 'join',
      request,
      memberId,
      freshMemberId: `m${this.#memberIds}`,
      instanceId,
      clientId: 'client',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: session,
      rebalanceTimeoutMs: rebalance,
      protocolType: type,
      protocols: (options.protocols ?? ['range']).map((line) => {
        const [name = '', metadata = `about ${name}`] = line.split('=');
        return { name, metadata: bytes(metadata) };
      }),
      requireKnownId: version >= 4,
      canSkipAssignment: version >= 9,
    };
    this.step(input);
    return request;
  }

  /** The answer to a Join that must be there. */
  joined(request: number): JoinAnswer {
    const answer = this.answer(request, 'join');
    if (answer === null) throw new Error(`Join ${request} is parked`);
    return answer;
  }

  sync(
    memberId: string,
    generation = this.group.generation,
    assignments: Readonly<Record<string, string>> = {},
    more: { instanceId?: string; type?: string; protocol?: string } = {},
  ): number {
    const request = (this.#request += 1);
    this.step({
      kind: 'sync',
      request,
      memberId,
      instanceId: more.instanceId ?? null,
      generation,
      protocolType: more.type ?? null,
      protocol: more.protocol ?? null,
      assignments: new Map(Object.entries(assignments).map(([id, value]) => [id, bytes(value)])),
    });
    return request;
  }

  heartbeat(memberId: string, generation = this.group.generation, instanceId: string | null = null): number {
    const request = (this.#request += 1);
    this.step({ kind: 'heartbeat', request, memberId, instanceId, generation });
    return this.answer(request, 'heartbeat')?.error ?? -99;
  }

  leave(...members: readonly (string | LeavingMember)[]): readonly number[] {
    const request = (this.#request += 1);
    const leaving = members.map((member) =>
      typeof member === 'string' ? { memberId: member, instanceId: null } : member,
    );
    this.step({ kind: 'leave', request, members: leaving });
    return this.answer(request, 'leave')?.members.map(({ error }) => error) ?? [];
  }

  /** Brings `count` dynamic members into one stable generation; returns their ids, the leader first. */
  stable(count: number, options: JoinOptions = {}): readonly string[] {
    const first = this.joined(this.join(options)).memberId;
    const requests = Array.from({ length: count - 1 }, () => this.join(options));
    const again = this.join({ ...options, memberId: first });
    const ids = [first, ...requests.map((request) => this.joined(request).memberId)];
    expect(this.joined(again).error).toBe(0);
    const assignments = Object.fromEntries(ids.map((id) => [id, `of ${id}`]));
    for (const id of ids) this.sync(id, this.group.generation, id === this.group.leader ? assignments : {});
    expect(this.group.state.kind).toBe('stable');
    return ids;
  }
}
