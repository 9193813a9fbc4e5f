/** What processes of a simulated machine can be made to go through. */
import { describe, expect, test } from 'vitest';
import { millis } from '../../../raft/index.ts';
import { World } from '../../../chaos/sim/index.ts';
import type { LifeWatch } from '../../../chaos/sim/index.ts';
import type { CloseReason, ConnectionHandler } from '../../../src/ports/index.ts';

const SILENT: ConnectionHandler = { onData: () => undefined, onDrain: () => undefined, onClose: () => undefined };

describe('a clock', () => {
  test('that is frozen stands while packets and disks go on; then it leaps, and the timers that were due fire', async () => {
    const world = new World({ seed: 1 });
    const machine = world.machine('a');
    const { clock, disk } = machine.ports();
    const since = clock.now();
    const fired: string[] = [];
    clock.setTimer(millis(10), () => fired.push('ten'));
    clock.setTimer(millis(20), () => fired.push('cancelled')).cancel();
    const late = clock.setTimer(millis(30), () => fired.push('cancelled while it waited'));
    clock.setTimer(millis(5000), () => fired.push('five thousand'));
    machine.clock.freeze();
    await world.runFor(1000);
    await world.complete(disk.exists('/x'));
    late.cancel();
    expect(fired).toEqual([]);
    expect(clock.now()).toBe(since);
    machine.clock.thaw();
    expect(clock.now() - since).toBeGreaterThan(999);
    await world.runFor(1);
    expect(fired).toEqual(['ten']);
    await world.runFor(5000);
    expect(fired).toEqual(['ten', 'five thousand']);
  });

  test('may ring a little early, and late', async () => {
    const world = new World({ seed: 1 });
    const machine = world.machine('a');
    const { clock } = machine.ports();
    machine.clock.timers = { early: 1, late: 50 };
    const since = world.now();
    const took: number[] = [];
    for (let count = 0; count < 100; count += 1) clock.setTimer(millis(100), () => took.push(world.now() - since));
    await world.runFor(1000);
    expect(took.length).toBe(100);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(99);
    expect(Math.min(...took)).toBeLessThan(102);
    expect(Math.max(...took)).toBeGreaterThan(130);
    expect(Math.max(...took)).toBeLessThanOrEqual(150);
  });

  test('of the wall jumps either way, and the monotonic one does not', () => {
    const machine = new World({ seed: 1 }).machine('a');
    const { clock } = machine.ports();
    const [wall, now] = [clock.wallNow(), clock.now()];
    machine.clock.setWallSkew(machine.clock.skew - 86_400_000);
    expect(clock.wallNow() - wall).toBe(-86_400_000);
    expect(clock.now()).toBe(now);
  });
});

describe('a process', () => {
  test('can be killed at each event, before and after, and what comes later in its turn does no harm', async () => {
    for (const phase of ['start', 'done'] as const) {
      const world = new World({ seed: 1 });
      const machine = world.machine('a');
      const { clock, disk } = machine.ports();
      let ran = 0;
      const watch: LifeWatch = (what, reached) => {
        if (what === 'timer' && reached === phase) machine.kill();
      };
      clock.setTimer(millis(1), () => {
        ran += 1;
        void Promise.resolve().then(() => disk.makeDirectory('/after'));
      });
      machine.watch = watch;
      await world.runFor(10);
      expect(machine.running).toBe(false);
      expect(ran).toBe(phase === 'start' ? 0 : 1);
      expect(machine.disk.find('/after')).toBeNull();
    }
  });

  test('can be killed at a write to a connection, before the bytes are the network’s and after', async () => {
    for (const phase of ['start', 'done'] as const) {
      const world = new World({ seed: 3 });
      const machine = world.machine('a');
      const received: string[] = [];
      await world.complete(
        world
          .machine('b')
          .ports()
          .network.listen('b', 1, () => ({ ...SILENT, onData: (chunk) => received.push(chunk.toString()) })),
      );
      machine.ports().network.connect(
        'b',
        1,
        (connection) => {
          machine.watch = (what, reached) => {
            if (what === 'write' && reached === phase) machine.kill();
          };
          connection.write([Buffer.from('hello')]);
          return SILENT;
        },
        () => undefined,
      );
      await world.runFor(1000);
      expect(machine.running).toBe(false);
      if (phase === 'start') expect(received).toEqual([]);
    }
  });

  test('that ends itself has exited with a code, as its supervisor hears', () => {
    const machine = new World({ seed: 1 }).machine('a');
    machine.ports();
    const heard: number[] = [];
    machine.onExit = ({ code }) => heard.push(code);
    machine.abort(134, 'out of memory');
    machine.abort(134, 'twice');
    expect(heard).toEqual([134]);
    expect(machine.running).toBe(false);
  });

  test('without handles opens nothing, connects to nobody, and closes who connects to it', async () => {
    const world = new World({ seed: 1 });
    const [one, other] = [world.machine('a'), world.machine('b')];
    const [ports, others] = [one.ports(), other.ports()];
    await world.complete(ports.disk.makeDirectory('/d'));
    await world.complete(ports.network.listen('a', 1, () => SILENT));
    await world.complete(others.network.listen('b', 1, () => SILENT));
    one.outOfHandles = true;
    await expect(world.complete(ports.disk.open('/d/x', 'create'))).rejects.toMatchObject({ kind: 'handles' });
    const heard: string[] = [];
    const note = (what: string) => (reason: CloseReason) => heard.push(`${what} ${reason}`);
    ports.network.connect('b', 1, () => SILENT, note('out'));
    others.network.connect('a', 1, () => ({ ...SILENT, onClose: note('in') }), note('never'));
    await world.runFor(1000);
    expect(heard[0]).toBe('out unreachable');
    expect(heard[1]).toMatch(/^in (reset|ended)$/);
    one.outOfHandles = false;
    await world.complete(ports.disk.open('/d/x', 'create'));
  });
});
