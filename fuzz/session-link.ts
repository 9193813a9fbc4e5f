/**
 * A client's connection in the simulated world that sends bytes as they are, and knows for each request whether it was answered.
 *
 * Behind every request goes a probe (ApiVersions 0): answers leave in the order of the requests, so the answer to the probe says that
 * the node is done with what was sent before, even where that has no answer (acks=0).
 */
import type { Connection, ConnectionHandler } from '../src/ports/index.ts';
import { FrameReader } from '../src/wire/frame-reader.ts';

const PROBE_ID = 0x7fff_0001;
const PROBE = Buffer.from('0000000a001200007fff0001ffff', 'hex');
const ANSWER_BYTES_MAX = 64 << 20;

export class SessionLink implements ConnectionHandler {
  readonly #connection: Connection;
  readonly #frames = new FrameReader(ANSWER_BYTES_MAX);
  /** Called with each answer but the probes'. */
  readonly #onAnswer: (frame: Buffer) => void;
  open = true;
  /** Probes that wait. */
  waiting = 0;

  constructor(connection: Connection, onAnswer: (frame: Buffer) => void) {
    this.#connection = connection;
    this.#onAnswer = onAnswer;
  }

  send(frame: Buffer): void {
    this.waiting += 1;
    this.#connection.write([Buffer.from(frame)]);
    this.#connection.write([Buffer.from(PROBE)]);
  }

  /** Nobody waits any more, or nobody is there. */
  get settled(): boolean {
    return !this.open || this.waiting === 0;
  }

  destroy(): void {
    if (this.open) this.#connection.destroy();
    this.open = false;
  }

  onData(chunk: Buffer): void {
    this.#frames.push(chunk);
    for (let next = this.#frames.next(); next.kind === 'frame'; next = this.#frames.next()) {
      if (next.bytes.length >= 4 && next.bytes.readInt32BE(0) === PROBE_ID) this.waiting -= 1;
      else this.#onAnswer(next.bytes);
    }
  }

  onDrain(): void {}

  onClose(): void {
    this.open = false;
  }
}
