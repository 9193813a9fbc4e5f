/**
 * Keys and values of the node's own topics in words: committed offsets, groups, transactions, the metadata log.
 *
 * Kafka's layout: key = int16 type, fields; value = int16 version, fields. What cannot be read is shown as bytes, so
 * a newer format or another program's record is no damage.
 */
import { decodeRecord as decodeMetadata } from '../metadata/index.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
  groupMetadataKey,
  groupMetadataValue,
  offsetCommitKey,
  offsetCommitValue,
  transactionLogKey,
  transactionLogValue,
  WireCodec,
  WireError,
} from '../wire/index.ts';
import type { DataSchema } from '../wire/index.ts';
import { bytesFact, toFact } from './fact.ts';
import type { Fact } from './fact.ts';
import type { RecordDecoder } from './file-kind.ts';

export interface Meaning {
  readonly key: Fact;
  readonly value: Fact;
}

interface KeyAndValue {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** Schemas of key and value, by the type in the key. */
const OFFSET_TYPES: readonly (readonly [key: DataSchema, value: DataSchema])[] = [
  [offsetCommitKey, offsetCommitValue],
  [offsetCommitKey, offsetCommitValue],
  [groupMetadataKey, groupMetadataValue],
];
const TRANSACTION_TYPES = [[transactionLogKey, transactionLogValue]] as const;

export class RecordMeanings {
  readonly #codec = new WireCodec();

  /** What a record means to `decoder`; plain bytes where it means nothing. */
  of(decoder: RecordDecoder, record: KeyAndValue): Meaning {
    switch (decoder) {
      case 'none':
        return { key: bytesFact(record.key), value: bytesFact(record.value) };
      case 'metadata':
        return { key: bytesFact(record.key), value: this.#metadata(record.value) };
      case 'offsets':
        return this.#typed(OFFSET_TYPES, record);
      case 'transactions':
        return this.#typed(TRANSACTION_TYPES, record);
    }
  }

  #metadata(value: Uint8Array | null): Fact {
    if (value === null) return null;
    const decoded = decodeMetadata(value);
    return decoded.kind === 'record' ? toFact(decoded.record) : bytesFact(value);
  }

  #typed(types: readonly (readonly [key: DataSchema, value: DataSchema])[], record: KeyAndValue): Meaning {
    const { key, value } = record;
    const type = key === null || key.length < 2 ? -1 : int16(key);
    const schemas = types[type];
    if (key === null || schemas === undefined) return { key: bytesFact(key), value: bytesFact(value) };
    const [keySchema, valueSchema] = schemas;
    return {
      key: { type, data: this.#data(keySchema, 0, key) },
      value:
        value === null || value.length < 2
          ? bytesFact(value)
          : { version: int16(value), data: this.#data(valueSchema, int16(value), value) },
    };
  }

  /** The fields behind the int16, with member metadata of the consumer protocol opened up. */
  #data(schema: DataSchema, version: number, bytes: Uint8Array): Fact {
    try {
      const decoded = this.#codec.decodeData(schema, version, bytes, 2) as Readonly<Record<string, unknown>>;
      return schema === groupMetadataValue ? this.#group(decoded) : toFact(decoded);
    } catch (error) {
      if (error instanceof WireError) return bytesFact(bytes);
      throw error;
    }
  }

  #group(group: Readonly<Record<string, unknown>>): Fact {
    const members = group['members'];
    if (group['protocolType'] !== 'consumer' || !Array.isArray(members)) return toFact(group);
    const opened = members.map((member: Readonly<Record<string, unknown>>) => ({
      ...member,
      subscription: this.#consumerProtocol(consumerProtocolSubscription, member['subscription']),
      assignment: this.#consumerProtocol(consumerProtocolAssignment, member['assignment']),
    }));
    return toFact({ ...group, members: opened });
  }

  #consumerProtocol(schema: DataSchema, bytes: unknown): Fact {
    if (!(bytes instanceof Uint8Array) || bytes.length < 2) return toFact(bytes);
    return this.#data(schema, Math.min(int16(bytes), schema.versions[1]), bytes);
  }
}

function int16(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt16(0);
}
