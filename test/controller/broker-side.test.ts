/** The broker's side: finding the controller, retrying, coalescing ISR proposals, and a broker's whole life. */
import { describe, expect, it } from 'vitest';
import { incarnation, millis, nodeId, offset, term } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import { BrokerLifecycle, ControllerClient } from '../../src/controller/index.ts';
import type { Command, IsrProposal, LifecycleState, Outcome, RemoteCommand } from '../../src/controller/index.ts';
import { decodeCommand, encodeReply } from '../../src/controller/controller-codec.ts';
import type { RequestResult } from '../../src/peer/index.ts';
import type { LogSink } from '../../src/ports/index.ts';
import { ManualClock } from './manual-clock.ts';
import { Scene, registration } from './scene.ts';

const silent: LogSink = { log: () => undefined, child: () => silent };
const life = { node: nodeId(2), incarnation: incarnation('life-2') };

/** A network of controllers: what each node answers; absent: not connected. */
class Peers {
  readonly clock = new ManualClock();
  readonly answers = new Map<
    NodeId,
    (command: RemoteCommand) => Outcome<RemoteCommand> | 'timeout' | 'error' | 'silence'
  >();
  readonly asked: { readonly node: NodeId; readonly command: RemoteCommand }[] = [];
  known: NodeId | null = nodeId(1);
  readonly client = new ControllerClient(
    {
      self: life,
      clock: this.clock,
      transport: { request: (to, method, body) => this.#request(to, method, body) },
      controller: {
        submit: <C extends Command>() => Promise.resolve<Outcome<C>>({ kind: 'not-controller', controller: nodeId(1) }),
      },
      knownController: () => this.known,
    },
    { requestTimeout: millis(1000), backoffMin: millis(20), backoffMax: millis(200) },
  );

  #request(to: NodeId, method: string, body: Uint8Array): Promise<RequestResult> {
    const decoded = decodeCommand(method, body);
    const answer = this.answers.get(to);
    if (answer === undefined || decoded.kind === 'invalid')
      return Promise.resolve({ kind: 'unknown', reason: 'not-connected' });
    this.asked.push({ node: to, command: decoded.value });
    const outcome = answer(decoded.value);
    if (outcome === 'silence') return new Promise(() => undefined);
    if (outcome === 'timeout') return Promise.resolve({ kind: 'unknown', reason: 'timeout' });
    if (outcome === 'error') return Promise.resolve({ kind: 'error', reason: 'bad' });
    return Promise.resolve({ kind: 'answer', body: encodeReply(decoded.value, outcome) });
  }
}

const unregister = { kind: 'unregister-broker', node: nodeId(9) } as const;
const fine: Outcome<RemoteCommand> = { kind: 'answer', answer: { kind: 'done', value: null } };

function watch<T>(promise: Promise<T>): { value: T | 'pending' } {
  const seen: { value: T | 'pending' } = { value: 'pending' };
  void promise.then((value) => (seen.value = value));
  return seen;
}

describe('asking the controller', () => {
  it('follows the hint of a node that no longer leads, at once', async () => {
    const peers = new Peers();
    peers.answers.set(nodeId(1), () => ({ kind: 'not-controller', controller: nodeId(3) }));
    peers.answers.set(nodeId(3), () => fine);
    const seen = watch(peers.client.ask(unregister, millis(1000), 'once'));
    await peers.clock.settle();
    expect(seen.value).toEqual(fine);
  });

  it('waits while nobody leads, and asks again until the time is up', async () => {
    const peers = new Peers();
    peers.known = null;
    const seen = watch(peers.client.ask(unregister, millis(1000), 'once'));
    await peers.clock.advance(300);
    expect(seen.value).toBe('pending');
    peers.known = nodeId(1);
    peers.answers.set(nodeId(1), () => fine);
    await peers.clock.advance(200);
    expect(seen.value).toEqual(fine);
    peers.known = null;
    const late = watch(peers.client.ask(unregister, millis(500), 'once'));
    await peers.clock.advance(600);
    expect(late.value).toEqual({ kind: 'not-controller', controller: null });
  });

  it('does not run in circles between two nodes that name each other', async () => {
    const peers = new Peers();
    peers.answers.set(nodeId(1), () => ({ kind: 'not-controller', controller: nodeId(3) }));
    peers.answers.set(nodeId(3), () => ({ kind: 'not-controller', controller: nodeId(1) }));
    const seen = watch(peers.client.ask(unregister, millis(1000), 'once'));
    await peers.clock.advance(1100);
    expect(seen.value).toMatchObject({ kind: 'not-controller' });
    expect(peers.asked.length).toBeLessThan(40);
  });

  it('repeats a command of unknown outcome only when that is allowed', async () => {
    const peers = new Peers();
    let times = 0;
    peers.answers.set(nodeId(1), () => {
      times += 1;
      return times === 1 ? 'timeout' : fine;
    });
    const once = watch(peers.client.ask(unregister, millis(1000), 'once'));
    await peers.clock.settle();
    expect(once.value).toMatchObject({ kind: 'unknown' });
    times = 0;
    const again = watch(peers.client.ask(unregister, millis(1000), 'repeatable'));
    await peers.clock.advance(100);
    expect(again.value).toEqual(fine);
  });

  it('stops waiting for a controller that is silent, or for nobody, once another is known', async () => {
    const peers = new Peers();
    peers.answers.set(nodeId(1), () => 'silence');
    peers.answers.set(nodeId(3), () => fine);
    const seen = watch(peers.client.ask(unregister, millis(1000), 'repeatable'));
    await peers.clock.settle();
    expect(seen.value).toBe('pending');
    peers.client.onControllerKnown();
    await peers.clock.settle();
    expect(peers.asked.length).toBe(1);
    peers.known = nodeId(3);
    peers.client.onControllerKnown();
    await peers.clock.advance(25);
    expect(seen.value).toEqual(fine);
    peers.known = null;
    const early = watch(peers.client.ask(unregister, millis(1000), 'repeatable'));
    await peers.clock.settle();
    peers.known = nodeId(3);
    peers.client.onControllerKnown();
    await peers.clock.settle();
    expect(early.value).toEqual(fine);
  });

  it('sends the ISR proposals of a turn together, newest per partition, one request at a time', async () => {
    const peers = new Peers();
    const proposal = (partition: number, version: number): IsrProposal => ({
      topicId: 't',
      partition,
      leaderTerm: term(1),
      version,
      isr: [life],
      expelled: [],
    });
    peers.answers.set(nodeId(1), (command) => {
      const proposals = command.kind === 'alter-partition' ? command.proposals : [];
      const answer = proposals.map((each) => ({ kind: 'done' as const, value: { version: each.version + 1 } }));
      return { kind: 'answer', answer };
    });
    const results = [proposal(0, 1), proposal(1, 5), proposal(0, 2)].map((each) =>
      watch(peers.client.proposeIsr(each)),
    );
    await peers.clock.advance(1);
    expect(peers.asked.length).toBe(1);
    expect(results.map((each) => each.value)).toEqual([
      { kind: 'superseded' },
      { kind: 'done', value: { version: 6 } },
      { kind: 'done', value: { version: 3 } },
    ]);
    const later = watch(peers.client.proposeIsr(proposal(0, 3)));
    await peers.clock.advance(1);
    expect(later.value).toMatchObject({ kind: 'done' });
  });
});

/** A broker whose controller is a scene. */
class BrokerRig {
  readonly scene = new Scene().start(1);
  readonly clock = new ManualClock();
  readonly states: LifecycleState[] = [];
  readonly persisted: string[] = [];
  reachable = true;
  ready = true;
  heartbeats = 0;
  registrations = 0;
  readonly lifecycle: BrokerLifecycle;

  constructor() {
    const { kind: _kind, found: _found, ...own } = registration(2, 'life-2');
    this.lifecycle = new BrokerLifecycle(
      {
        registration: own,
        client: { ask: (command) => this.#ask(command) },
        clock: this.clock,
        sink: silent,
        found: () => [],
        persistIncarnation: (kind, each) => {
          this.persisted.push(`${kind} ${each}`);
          return Promise.resolve();
        },
        appliedEnd: () => offset(this.scene.image.end),
        ready: () => this.ready,
        onState: (state) => this.states.push(state),
      },
      { heartbeatInterval: millis(500), eagerInterval: millis(50), requestTimeout: millis(1000) },
    );
  }

  async #ask<C extends Command>(command: C): Promise<Outcome<C>> {
    if (command.kind === 'broker-heartbeat') this.heartbeats += 1;
    if (command.kind === 'register-broker') this.registrations += 1;
    await Promise.resolve();
    if (!this.reachable) return { kind: 'not-controller', controller: null };
    return { kind: 'answer', answer: this.scene.run(command) };
  }
}

describe("a broker's life", () => {
  it('begins with a durable attempt, then registers, is fenced, serves', async () => {
    const rig = new BrokerRig();
    rig.reachable = false;
    rig.lifecycle.start();
    await rig.clock.advance(200);
    expect([rig.persisted, rig.states]).toEqual([['attempted life-2'], ['registering']]);
    rig.reachable = true;
    await rig.clock.advance(200);
    expect(rig.persisted).toEqual(['attempted life-2', 'registered life-2']);
    expect(rig.states).toEqual(['registering', 'fenced', 'serving']);
  });

  it('stays fenced until it is ready, and then beats at its interval', async () => {
    const rig = new BrokerRig();
    rig.ready = false;
    rig.lifecycle.start();
    await rig.clock.advance(500);
    expect(rig.lifecycle.state).toBe('fenced');
    rig.ready = true;
    await rig.clock.advance(200);
    expect(rig.lifecycle.state).toBe('serving');
    const before = rig.heartbeats;
    await rig.clock.advance(5000);
    expect(rig.heartbeats - before).toBe(10);
  });

  it('tells soon what it has applied', async () => {
    const rig = new BrokerRig();
    rig.lifecycle.start();
    await rig.clock.advance(600);
    const before = rig.heartbeats;
    rig.scene.topic('t', [1]);
    rig.lifecycle.onApplied();
    await rig.clock.advance(60);
    expect(rig.heartbeats).toBe(before + 1);
  });

  it('serves again after it was fenced by mistake', async () => {
    const rig = new BrokerRig();
    rig.lifecycle.start();
    await rig.clock.advance(300);
    rig.scene.fence(2);
    await rig.clock.advance(600);
    expect(rig.lifecycle.state).toBe('serving');
    expect(rig.scene.image.brokers.get(nodeId(2))?.fenced).toBe(false);
  });

  it('registers again when the controller has forgotten it', async () => {
    const rig = new BrokerRig();
    rig.lifecycle.start();
    await rig.clock.advance(300);
    rig.scene.fence(2);
    rig.scene.run({ kind: 'unregister-broker', node: nodeId(2) });
    await rig.clock.advance(1200);
    expect(rig.states.slice(-3)).toEqual(['registering', 'fenced', 'serving']);
  });

  it('tries less often while its registration is refused', async () => {
    const rig = new BrokerRig();
    rig.scene.register(2, 'other');
    rig.scene.alive.add(nodeId(2));
    rig.lifecycle.start();
    await rig.clock.advance(2100);
    expect([rig.lifecycle.state, rig.registrations]).toEqual(['registering', 5]);
    rig.scene.alive.clear();
    await rig.clock.advance(700);
    expect(rig.lifecycle.state).toBe('serving');
  });

  it('ends when another life of its node is registered', async () => {
    const rig = new BrokerRig();
    rig.lifecycle.start();
    await rig.clock.advance(300);
    rig.scene.register(2, 'life-2b');
    await rig.clock.advance(600);
    expect(rig.lifecycle.state).toBe('superseded');
    const before = rig.heartbeats;
    await rig.clock.advance(2000);
    expect(rig.heartbeats).toBe(before);
  });

  it('leaves in order: hands over, waits for the others, stops', async () => {
    const rig = new BrokerRig();
    rig.lifecycle.start();
    await rig.clock.advance(300);
    rig.scene.topic('t', [2, 1]);
    rig.scene.caughtUp = false;
    const left = watch(rig.lifecycle.shutdown(millis(5000)));
    await rig.clock.advance(300);
    expect([left.value, rig.lifecycle.state, rig.scene.show('t')]).toEqual(['pending', 'leaving', '1/2 1||']);
    rig.scene.caughtUp = true;
    await rig.clock.advance(100);
    expect([left.value, rig.lifecycle.state]).toEqual(['left', 'stopped']);
  });

  it('does not wait for ever to leave', async () => {
    const rig = new BrokerRig();
    rig.lifecycle.start();
    await rig.clock.advance(300);
    rig.reachable = false;
    const left = watch(rig.lifecycle.shutdown(millis(1000)));
    await rig.clock.advance(1100);
    expect([left.value, rig.lifecycle.state]).toEqual(['timeout', 'stopped']);
  });
});
