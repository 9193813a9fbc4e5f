/** Calls between nodes that wait until the test answers them. */
import { present } from '../../raft/index.ts';
import type { BrokerCalls } from '../../src/server/index.ts';
import type { ApiSchema, Decoded, Encodable } from '../../src/wire/index.ts';
import { WireCodec } from '../../src/wire/index.ts';

export interface Call {
  readonly node: number;
  readonly api: string;
  readonly version: number;
  /** As the other node decodes it. */
  readonly body: unknown;
  readonly answer: (body: unknown) => Promise<void>;
}

/** The request of a call that must be there. */
export function bodyOf<Request>(call: Call | undefined): Request {
  return present(call, 'a call').body as Request;
}

export class HeldCalls implements BrokerCalls {
  readonly calls: Call[] = [];
  readonly #codec = new WireCodec();

  call<Api extends ApiSchema>(
    node: number,
    api: Api,
    version: number,
    body: Encodable<Api['request']>,
  ): Promise<Decoded<Api['response']> | null> {
    const bytes = Buffer.concat(this.#codec.encodeRequest(api, version, body).finish());
    const decoded = this.#codec.decodeRequest(api, version, bytes);
    return new Promise((resolve) => {
      const answer = async (given: unknown): Promise<void> => {
        resolve(given as Decoded<Api['response']> | null);
        for (let job = 0; job < 10; job += 1) await Promise.resolve();
      };
      this.calls.push({ node, api: api.name, version, body: decoded, answer });
    });
  }
}
