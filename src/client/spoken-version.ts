/**
 * Which version of an API to speak: the newest that both sides know and this client is written for.
 *
 * The client's own ends: Produce and Fetch by topic name (13 and later go by id), OffsetFetch before topic ids, ListOffsets
 * and Metadata where later versions bring nothing, AddPartitionsToTxn (4 and later are for brokers). Everything else: as new as
 * the schema. A client may be told to keep to older ones.
 */
import type { ApiSchema, VersionRange } from '../wire/index.ts';

const NEWEST: ReadonlyMap<string, number> = new Map([
  ['Produce', 12],
  ['AddPartitionsToTxn', 3],
  ['Fetch', 12],
  ['OffsetFetch', 9],
  ['Metadata', 12],
  ['ListOffsets', 7],
]);

/**
 * Null: there is none.
 *
 * @param ends by the API's name, where this client is to be older than it is
 */
export function spokenVersion(
  api: ApiSchema,
  served: VersionRange | undefined,
  ends: ReadonlyMap<string, number> = NEWEST,
): number | null {
  if (served === undefined) return null;
  const own = Math.min(NEWEST.get(api.name) ?? api.versions[1], ends.get(api.name) ?? api.versions[1]);
  const newest = Math.min(own, api.versions[1], served[1]);
  return newest < Math.max(api.versions[0], served[0]) ? null : newest;
}
