/** The controller's loop: one command at a time against the speculation, answers after commits, sessions, hints. */
import { describe, expect, it } from 'vitest';
import { incarnation, millis, nodeId, offset, seededRandom } from '../../raft/index.ts';
import type { Incarnation, Millis, NodeId } from '../../raft/index.ts';
import { Controller } from '../../src/controller/index.ts';
import type { LogSink } from '../../src/ports/index.ts';
import { FakeMetadataLog } from './fake-metadata-log.ts';
import { ManualClock } from './manual-clock.ts';
import { newTopic, registration } from './scene.ts';

const silent: LogSink = { log: () => undefined, child: () => silent };

class Rig {
  readonly clock = new ManualClock();
  readonly log = new FakeMetadataLog();
  readonly frames = new Map<NodeId, { readonly incarnation: Incarnation; readonly lastFrameAt: Millis }>();
  /** Lives that the transport believes dead. */
  readonly suspects = new Map<NodeId, Incarnation>();
  readonly controller: Controller;

  constructor() {
    const defaults = { partitions: 1, replicationFactor: 3, partitionsPerCommandMax: 1000, flush: 'os' } as const;
    this.controller = new Controller(
      {
        self: nodeId(1),
        log: this.log,
        clock: this.clock,
        random: seededRandom('rig'),
        sink: silent,
        contactOf: (node) => this.frames.get(node) ?? null,
        suspectOf: (node) => this.suspects.get(node) ?? null,
        knownController: () => nodeId(2),
      },
      {
        sessionTimeout: millis(2000),
        leaderBalanceInterval: millis(10_000),
        lossyWait: millis(30_000),
        waitingMax: 2,
        defaults,
      },
      this.log.image,
    );
    this.log.attach(this.controller);
  }

  frame(node: number, life = `life-${node}`): void {
    this.frames.set(nodeId(node), { incarnation: incarnation(life), lastFrameAt: this.clock.now() });
  }

  async start(...nodes: readonly number[]): Promise<this> {
    for (const node of nodes) {
      await this.controller.submit(registration(node, `life-${node}`));
      await this.beat(node);
    }
    return this;
  }

  beat(node: number, wantsShutdown = false): Promise<unknown> {
    const life = { node: nodeId(node), incarnation: incarnation(`life-${node}`) };
    const appliedEnd = offset(this.log.image.end);
    return this.controller.submit({ kind: 'broker-heartbeat', ...life, appliedEnd, wantsUnfence: true, wantsShutdown });
  }

  fenced(): readonly number[] {
    return [...this.log.image.brokers.values()].filter((broker) => broker.fenced).map((broker) => broker.node);
  }

  create(name: string): ReturnType<Controller['submit']> {
    return this.controller.submit({
      kind: 'create-topics',
      topics: [newTopic(name, { replicationFactor: 1 })],
      validateOnly: false,
    });
  }
}

async function active(...nodes: readonly number[]): Promise<Rig> {
  const rig = new Rig();
  rig.log.lead(1);
  await rig.clock.settle();
  return rig.start(...nodes);
}

/** Outcome of a promise so far. */
function watch(promise: Promise<unknown>): { value: unknown } {
  const seen: { value: unknown } = { value: 'pending' };
  void promise.then((value) => (seen.value = value));
  return seen;
}

describe('the controller', () => {
  it('of a brand-new cluster first gives it an id', async () => {
    const rig = new Rig();
    rig.log.lead(1);
    await rig.clock.settle();
    expect(rig.log.committed[0]?.records).toEqual([
      { kind: 'cluster-created', clusterId: expect.stringMatching(/^[\w-]{22}$/) },
    ]);
    rig.log.depose();
    rig.log.lead(2);
    await rig.clock.settle();
    expect(rig.log.committed.length).toBe(1);
  });

  it('that does not lead says who does, and changes nothing', async () => {
    const rig = new Rig();
    expect(await rig.create('t')).toEqual({ kind: 'not-controller', controller: 2 });
    expect(rig.log.committed).toEqual([]);
  });

  it('decides nothing before its no-op is applied; commands wait for it, a few', async () => {
    const rig = new Rig();
    rig.log.lead(1, false);
    const first = watch(rig.create('a'));
    const second = watch(rig.create('b'));
    expect(await rig.create('c')).toMatchObject({ kind: 'not-controller' });
    await rig.clock.settle();
    expect([first.value, rig.log.committed.length]).toEqual(['pending', 0]);
    rig.log.applyNoOp();
    await rig.clock.settle();
    expect(first.value).toMatchObject({ kind: 'answer' });
    expect(second.value).toMatchObject({ kind: 'answer' });
  });

  it('answers after the commit, and decides the next command on top of what is proposed', async () => {
    const rig = await active(1);
    rig.log.instant = false;
    const first = watch(rig.create('t'));
    const second = watch(rig.create('t'));
    await rig.clock.settle();
    expect([first.value, second.value, rig.log.inFlight]).toEqual(['pending', 'pending', 1]);
    rig.log.commit();
    await rig.clock.settle();
    expect(first.value).toMatchObject({ answer: [{ kind: 'done' }] });
    expect(second.value).toMatchObject({ answer: [{ refusal: { reason: 'topic-already-exists' } }] });
  });

  it('deposed with commands in flight says unknown, and forgets its speculation', async () => {
    const rig = await active(1);
    rig.log.instant = false;
    const first = watch(rig.create('t'));
    const second = watch(rig.create('t'));
    await rig.clock.settle();
    rig.log.depose();
    await rig.clock.settle();
    expect(first.value).toMatchObject({ kind: 'unknown' });
    expect(second.value).toMatchObject({ kind: 'not-controller' });
    rig.log.instant = true;
    rig.log.lead(3);
    expect(await rig.create('t')).toMatchObject({ answer: [{ kind: 'done' }] });
  });

  it('confirms its leadership before it refuses', async () => {
    const rig = await active(1);
    await rig.create('t');
    const before = rig.log.confirms;
    expect(await rig.create('t')).toMatchObject({ answer: [{ kind: 'refused' }] });
    expect(rig.log.confirms).toBe(before + 1);
  });

  it('whose append is refused (handing over) changes nothing', async () => {
    const rig = await active(1);
    rig.log.refusing = true;
    expect(await rig.create('t')).toMatchObject({ kind: 'not-controller' });
    rig.log.refusing = false;
    expect(await rig.create('t')).toMatchObject({ answer: [{ kind: 'done' }] });
  });

  it('speculates exactly what will be applied, control batches between or not', async () => {
    const rig = await active(1);
    rig.log.control();
    rig.log.instant = false;
    const outcome = watch(rig.controller.submit(registration(2, 'life-2')));
    await rig.clock.settle();
    rig.log.control();
    const beat = watch(rig.beat(2));
    rig.log.commit();
    await rig.clock.settle();
    expect(outcome.value).toMatchObject({ kind: 'answer' });
    expect(beat.value).toMatchObject({ answer: { value: { fenced: true } } });
    expect(rig.log.image.brokers.get(nodeId(2))?.registeredAt).toBe(rig.log.committed.at(-1)?.base ?? 0);
  });
});

describe('sessions', () => {
  it('fence a broker that is silent for the timeout, and no other; never its own', async () => {
    const rig = await active(1, 2, 3);
    for (let step = 0; step < 12; step += 1) {
      rig.frame(3);
      await rig.clock.advance(200);
    }
    expect(rig.fenced()).toEqual([2]);
    await rig.beat(2);
    expect(rig.fenced()).toEqual([]);
  });

  it('do not end before the timeout', async () => {
    const rig = await active(1, 2);
    await rig.clock.advance(1900);
    expect(rig.fenced()).toEqual([]);
  });

  it('frames of another life do not count', async () => {
    const rig = await active(1, 2);
    for (let step = 0; step < 12; step += 1) {
      rig.frame(2, 'life-2b');
      await rig.clock.advance(200);
    }
    expect(rig.fenced()).toEqual([2]);
  });

  it('of a new controller start from the last frame that its node received', async () => {
    const rig = await active(1, 2, 3);
    rig.frame(2);
    rig.log.depose();
    await rig.clock.advance(1800);
    rig.frame(3);
    rig.log.lead(2);
    await rig.clock.advance(300);
    expect(rig.fenced()).toEqual([2]);
  });

  it('forgive a stall of the controller itself: it reads its sockets first', async () => {
    const rig = await active(1, 2);
    await rig.clock.advance(100);
    rig.clock.stall(5000);
    await rig.clock.advance(10);
    expect(rig.fenced()).toEqual([]);
    rig.frame(2);
    await rig.clock.advance(1900);
    expect(rig.fenced()).toEqual([]);
  });

  it('end at once on a hint about the registered life, and not on one about another', async () => {
    const rig = await active(1, 2);
    rig.controller.onSuspect(nodeId(2), incarnation('life-0'));
    rig.controller.onSuspect(nodeId(1), incarnation('life-1'));
    await rig.clock.settle();
    expect(rig.fenced()).toEqual([]);
    rig.controller.onSuspect(nodeId(2), incarnation('life-2'));
    await rig.clock.settle();
    expect(rig.fenced()).toEqual([2]);
  });

  it('end as soon as a new controller decides, for a broker that died before it came to office', async () => {
    const rig = await active(1, 2);
    rig.log.depose();
    rig.suspects.set(nodeId(2), incarnation('life-2'));
    rig.log.lead(9);
    await rig.clock.settle();
    expect(rig.fenced()).toEqual([2]);
  });
});

describe('work on timers', () => {
  it('brings leaderships home', async () => {
    const rig = await active(1, 2);
    const life = { node: nodeId(2), incarnation: incarnation('life-2') };
    const topic = newTopic('t', { partitions: null, replicationFactor: null, assignments: [[nodeId(2), nodeId(1)]] });
    await rig.controller.submit({ kind: 'create-topics', topics: [topic], validateOnly: false });
    await rig.controller.submit({ kind: 'fence-broker', ...life });
    await rig.beat(2);
    const found = (): { id: string; leader: number | null; version: number; leaderTerm: number } => {
      const { id, partitions } = rig.log.image.topicsByName.get('t') ?? { id: '', partitions: [] };
      const [partition] = partitions;
      return {
        id,
        leader: partition?.leader ?? null,
        version: partition?.version ?? 0,
        leaderTerm: partition?.leaderTerm ?? 0,
      };
    };
    const { id, version, leaderTerm } = found();
    expect(found().leader).toBe(1);
    const isr = [{ node: nodeId(1), incarnation: incarnation('life-1') }, life];
    const proposal = { topicId: id, partition: 0, leaderTerm: leaderTerm as never, version, isr, expelled: [] };
    await rig.controller.submit({
      kind: 'alter-partition',
      node: nodeId(1),
      incarnation: incarnation('life-1'),
      proposals: [proposal],
    });
    for (let step = 0; step < 11; step += 1) {
      rig.frame(2);
      await rig.clock.advance(1000);
    }
    expect(found().leader).toBe(2);
  });

  it('lets a leaving broker go when the others have applied the change', async () => {
    const rig = await active(1, 2, 3);
    expect(await rig.beat(3, true)).toMatchObject({ answer: { value: { mayStop: false } } });
    expect(await rig.beat(3, true)).toMatchObject({ answer: { value: { mayStop: false } } });
    await rig.beat(2);
    expect(await rig.beat(3, true)).toMatchObject({ answer: { value: { mayStop: true } } });
    expect(rig.fenced()).toEqual([3]);
  });

  it('elects among lossy replicas when waiting has lasted long enough', async () => {
    const rig = await active(1, 2);
    const assignments = [[nodeId(1), nodeId(2)]];
    const topic = newTopic('t', {
      partitions: null,
      replicationFactor: null,
      assignments,
      configs: [{ key: 'min.insync.replicas', value: '2' }],
    });
    await rig.controller.submit({ kind: 'create-topics', topics: [topic], validateOnly: false });
    const topicId = rig.log.image.topicsByName.get('t')?.id ?? '';
    for (const node of [1, 2]) {
      const found = [{ topicId, partition: 0, lastTerm: 1 as never, end: offset(node), lossy: true, failed: false }];
      const knownIncarnations = [incarnation(`life-${node}`)];
      await rig.controller.submit(registration(node, `again-${node}`, { found, knownIncarnations }));
    }
    const life = { node: nodeId(1), incarnation: incarnation('again-1') };
    const beat = {
      kind: 'broker-heartbeat',
      ...life,
      appliedEnd: offset(rig.log.image.end),
      wantsUnfence: true,
      wantsShutdown: false,
    } as const;
    await rig.controller.submit(beat);
    const leader = (): number | null | undefined => rig.log.image.topicsByName.get('t')?.partitions[0]?.leader;
    await rig.clock.advance(29_000);
    expect(leader()).toBe(null);
    await rig.clock.advance(1500);
    expect(leader()).toBe(1);
    expect(rig.log.image.uncleanElections).toBe(1);
  });
});
