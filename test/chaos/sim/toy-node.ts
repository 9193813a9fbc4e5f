/**
 * A toy node for the tests of the world: pings its peers over the network, writes what it hears to a file and
 * to a store, and logs. It uses every port, so a whole run of a few toys touches all of the simulator.
 */
import { millis } from '../../../raft/index.ts';
import type { World } from '../../../chaos/sim/index.ts';
import type { Connection, ConnectionHandler, Ports } from '../../../src/ports/index.ts';
import type { DiskFile, KeyValue } from '../../../storage/index.ts';

const PORT = 9000;

class Toy implements ConnectionHandler {
  readonly #ports: Ports;
  readonly #name: string;
  readonly #file: DiskFile;
  readonly #store: KeyValue;
  #position = 0;
  #heard = 0;

  constructor(ports: Ports, name: string, file: DiskFile, store: KeyValue) {
    this.#ports = ports;
    this.#name = name;
    this.#file = file;
    this.#store = store;
  }

  onData(chunk: Buffer): void {
    this.#heard += 1;
    const count = this.#heard;
    const position = this.#position;
    this.#position += chunk.length;
    void this.#keep(chunk, position, count);
  }

  onDrain(): void {
    this.#ports.log.log('debug', 'drained');
  }

  onClose(reason: string): void {
    this.#ports.log.log('info', 'closed', { reason });
  }

  greet(peer: string): void {
    const { network, clock, random, log } = this.#ports;
    const again = (): void => {
      clock.setTimer(millis(5 + random.below(20)), () => this.greet(peer));
    };
    const opened = (connection: Connection): ConnectionHandler => {
      this.#ping(connection, 1 + random.below(5));
      return { onData: () => undefined, onDrain: () => undefined, onClose: again };
    };
    network.connect(peer, PORT, opened, (reason) => {
      log.log('warn', 'no connection', { peer, reason });
      again();
    });
  }

  #ping(connection: Connection, left: number): void {
    const { clock, random } = this.#ports;
    if (left === 0) return connection.end();
    clock.defer(() => {
      connection.write([Buffer.from(this.#name), random.bytes(1 + random.below(300))]);
      clock.setTimer(millis(random.below(10)), () => this.#ping(connection, left - 1));
    });
  }

  async #keep(chunk: Buffer, position: number, count: number): Promise<void> {
    await this.#file.write([chunk], position);
    if (count % 7 === 0) await this.#file.datasync();
    const changes = [{ kind: 'put', key: `heard/${count % 10}`, value: Buffer.from(String(count)) }] as const;
    await this.#store.apply(changes, { sync: count % 5 === 0 });
    this.#ports.log.log('debug', 'heard', { count, at: this.#ports.clock.wallNow() });
  }
}

/** Starts a process with a toy on machine `name`, which greets `peers`. */
export async function startToy(world: World, name: string, peers: readonly string[]): Promise<void> {
  const ports = world.machine(name).ports();
  await ports.disk.makeDirectory('/data');
  const file = await ports.disk.open('/data/heard', 'create');
  const store = await ports.keyValues.openKeyValue('/data/store');
  const toy = new Toy(ports, name, file, store);
  await ports.network.listen(name, PORT, () => toy);
  ports.log.log('info', 'started', { boot: ports.host.bootId() });
  for (const peer of peers) toy.greet(peer);
}

/** Three toys for `milliseconds`, with a kill, a power loss, a pause and a partition on the way. */
export async function runToys(world: World, milliseconds: number): Promise<void> {
  const names = ['a', 'b', 'c'];
  const start = (name: string): void => {
    void startToy(
      world,
      name,
      names.filter((other) => other !== name),
    );
  };
  names.forEach(start);
  const [a, b, c] = [world.machine('a'), world.machine('b'), world.machine('c')];
  const part = milliseconds / 10;
  world.after(part, () => a.kill());
  world.after(part * 2, () => start('a'));
  world.after(part * 3, () => b.powerLoss());
  world.after(part * 4, () => start('b'));
  world.after(part * 5, () => c.pause());
  world.after(part * 6, () => c.resume());
  world.after(part * 7, () => world.network.isolate(a));
  world.after(part * 8, () => world.network.heal());
  await world.runFor(milliseconds);
}
