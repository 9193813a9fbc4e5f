/**
 * A connection that another node opened to us: its hello, our answer, then its frames.
 *
 *   stranger ──hello accepted──▶ known ──▶ closed
 *      └── refused, malformed, silent for the handshake's time, broken ──▶ closed
 *
 * A frame is delivered whole or not at all. Nothing is delivered once the connection is closed, not even the rest of a
 * frame whose first item closed it.
 */
import { present } from '../../raft/index.ts';
import type { Incarnation, Millis, NodeId } from '../../raft/index.ts';
import type { Timer } from '../../storage/index.ts';
import type { CloseReason, Connection, ConnectionHandler } from '../ports/index.ts';
import { FrameError } from './frame-error.ts';
import { PROTOCOL_VERSION } from './frame-item.ts';
import type { Hello, Lane } from './frame-item.ts';
import { FrameReader } from './frame-reader.ts';
import { decodeFrame, frameOf } from './frame.ts';
import type { ReceivedItem } from './frame.ts';
import type { Refused } from './handshake.ts';
import type { PeerContext } from './peer-context.ts';

/**
 * A chunk up to this long is the last of its connection in this turn (a longer one may be the beginning of what a read could not
 * hold): what it is answered leaves at once. Of longer ones the answers wait for the end of the turn, to leave together.
 */
const LAST_CHUNK_BYTES = 4096;

export interface IncomingEvents {
  /** Decides about `hello` and logs a refusal; null accepts it. */
  judge(hello: Hello, remote: string): Refused | null;
  /** The hello is accepted and answered: `connection` is the sender's from now on. */
  accepted(connection: IncomingConnection, hello: Hello): void;
  /** A frame of a known sender came in; its items follow. */
  frame(connection: IncomingConnection): void;
  item(connection: IncomingConnection, received: ReceivedItem): void;
  /** Once, however it ended. */
  closed(connection: IncomingConnection): void;
}

export class IncomingConnection implements ConnectionHandler {
  readonly #context: PeerContext;
  readonly #connection: Connection;
  readonly #events: IncomingEvents;
  readonly #reader: FrameReader;
  readonly #deadline: Timer;
  /** When the last bytes came. */
  heardAt: Millis;
  #hello: Hello | null = null;
  #closed = false;

  constructor(context: PeerContext, connection: Connection, events: IncomingEvents) {
    this.#context = context;
    this.#connection = connection;
    this.#events = events;
    this.heardAt = context.clock.now();
    this.#reader = new FrameReader(context.limits.handshakeBytesMax);
    this.#deadline = context.clock.setTimer(context.timings.handshake, () => this.close('no hello in time'));
  }

  /** True once the hello was accepted. */
  get known(): boolean {
    return this.#hello !== null;
  }

  get node(): NodeId {
    return present(this.#hello, 'the hello').sender.node;
  }

  get incarnation(): Incarnation {
    return present(this.#hello, 'the hello').sender.incarnation;
  }

  get lane(): Lane {
    return present(this.#hello, 'the hello').lane;
  }

  /** Closes at once; a `complaint` is logged with the name of the other side. */
  close(complaint: string | null): void {
    if (this.#closed) return;
    if (complaint !== null) {
      const { log } = this.#context;
      log.log('warn', 'connection from a peer closed', {
        peer: this.#hello === null ? null : this.node,
        remote: this.#connection.remote,
        reason: complaint,
      });
    }
    this.#connection.destroy();
    this.#end();
  }

  onData(chunk: Buffer): void {
    if (this.#closed) return;
    this.heardAt = this.#context.clock.now();
    if (chunk.length > LAST_CHUNK_BYTES) this.#read(chunk);
    else this.#context.turn.together(() => this.#read(chunk));
  }

  #read(chunk: Buffer): void {
    this.#reader.push(chunk);
    // What a frame causes may close the connection; the rest of the chunk is then nobody's.
    while (!this.#closed) {
      const items = this.#nextFrame();
      if (items === null) return;
      if (items instanceof FrameError) return this.close(items.message);
      this.#receive(items);
    }
  }

  onDrain(): void {}

  onClose(_reason: CloseReason): void {
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline.cancel();
    this.#events.closed(this);
  }

  /** The next whole frame of what has come, or what is wrong with it; null: more must come. */
  #nextFrame(): readonly ReceivedItem[] | FrameError | null {
    try {
      const frame = this.#reader.next();
      return frame === null ? null : decodeFrame(frame);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return error;
    }
  }

  #receive(items: readonly ReceivedItem[]): void {
    if (this.#hello === null) return this.#greet(items);
    this.#events.frame(this);
    for (const received of items) {
      if (this.#closed) return;
      const { kind } = received.item;
      if (kind === 'hello' || kind === 'hello-reply') return this.close(`an unexpected ${kind}`);
      this.#events.item(this, received);
    }
  }

  #greet(items: readonly ReceivedItem[]): void {
    const [first, second] = items;
    if (first?.item.kind !== 'hello' || second !== undefined) return this.close('it did not begin with a hello');
    const { hello } = first.item;
    const refused = this.#events.judge(hello, this.#connection.remote);
    const { refusal, detail } = refused ?? { refusal: null, detail: '' };
    const reply = { version: PROTOCOL_VERSION, sender: this.#context.self(), refusal, detail };
    this.#connection.write(frameOf({ kind: 'hello-reply', reply }));
    if (refused !== null) {
      this.#connection.end();
      return this.#end();
    }
    this.#hello = hello;
    this.#deadline.cancel();
    this.#reader.allow(this.#context.limits.frameBytesMax);
    this.#events.accepted(this, hello);
  }
}
