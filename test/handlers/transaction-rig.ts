/** Produce requests of a transactional producer, and a coordinator whose answers the test gives. */
import { produceHandler } from '../../src/handlers/index.ts';
import type { TransactionVerifier } from '../../src/handlers/index.ts';
import { batchOf } from '../partition/partition-rig.ts';
import type { PartitionRig, PartitionRigOptions, Sequenced } from '../partition/partition-rig.ts';
import { HandlerRig, topicIdOf } from './handler-rig.ts';
import type { Asked } from './handler-rig.ts';

export interface Produced {
  readonly responses: readonly {
    readonly partitionResponses: readonly { readonly errorCode: number; readonly baseOffset: number }[];
  }[];
}
type Verify = Parameters<TransactionVerifier['verify']>[0];

/** A coordinator whose answers are given by hand, or at once. */
export class ScriptedVerifier implements TransactionVerifier {
  readonly asked: Verify[] = [];
  readonly #waiting: ((codes: readonly number[]) => void)[] = [];
  /** Null: the test answers. */
  automatic: number | null;

  constructor(automatic: number | null = 0) {
    this.automatic = automatic;
  }

  verify(request: Verify): Promise<readonly number[]> {
    this.asked.push(request);
    const { automatic } = this;
    if (automatic !== null) return Promise.resolve(request.partitions.map(() => automatic));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  answer(...codes: readonly number[]): void {
    this.#waiting.shift()?.(codes);
  }
}

export interface Rig {
  readonly rig: HandlerRig;
  readonly hosted: PartitionRig;
  readonly verifier: ScriptedVerifier;
  /** Sends batches of producer 7; the code (and base offset) of each partition's answer comes when it does. */
  send(version: number, batches: readonly Buffer[], transactionalId?: string | null): Asked<Produced>;
}

export async function producing(automatic: number | null = 0, options?: PartitionRigOptions): Promise<Rig> {
  const rig = new HandlerRig();
  const hosted = await rig.host(1, 0, options);
  await rig.host(1, 1);
  const verifier = new ScriptedVerifier(automatic);
  const handler = produceHandler(rig.broker, verifier);
  const send: Rig['send'] = (version, batches, transactionalId = 'tx') => {
    const named = version >= 13 ? { topicId: topicIdOf(1) } : { name: 'orders' };
    const partitionData = batches.map((records, index) => ({ index, records: [records] }));
    const topicData = [{ ...named, partitionData }];
    return rig.send<Produced>(handler, version, { transactionalId, acks: -1, timeoutMs: 1000, topicData });
  };
  return { rig, hosted, verifier, send };
}

export const inside = (sequence: number, more: Partial<Sequenced> = {}): Buffer =>
  batchOf(1, { producerId: 7, sequence, transactional: true, ...more });
export const codes = ({ body }: Asked<Produced>): readonly number[] | null =>
  body?.responses[0]?.partitionResponses.map(({ errorCode, baseOffset }) =>
    errorCode === 0 ? -1 - baseOffset : errorCode,
  ) ?? null;
/** As `codes` shows a success. */
export const at = (base: number): number => -1 - base;
