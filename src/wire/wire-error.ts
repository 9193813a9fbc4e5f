/**
 * The one error of the wire codec: bytes that are no such message, or a value that is no such message.
 *
 * A connection that gets it from decoding closes, with one log line that names the peer and `message`. From
 * encoding it is a bug of the caller, except in the wire tool, where values come from outside.
 */

/**
 * `truncated`: fewer bytes than the field needs. `length`: a negative or absurd length or count. `null`: null where
 * it is not allowed. `utf8`: a string that is no UTF-8. `varint`: longer than five bytes. `tag`: a tagged field that
 * this version lacks, or of a wrong size. `trailing`: bytes behind the message.
 * `value`: (encoding) a value that the field cannot hold. `version`: the schema has no such version.
 */
export type WireFault = 'truncated' | 'length' | 'null' | 'utf8' | 'varint' | 'tag' | 'trailing' | 'value' | 'version';

export class WireError extends Error {
  override readonly name = 'WireError';
  readonly reason: WireFault;
  /** What was wrong with the field, in words. */
  readonly detail: string;
  /** Name of the API or record; filled in by the codec. */
  api = '';
  version = -1;
  /** Like a JSON pointer: `/topicData/0/name`; empty for the message itself. */
  path = '';

  constructor(reason: WireFault, detail: string) {
    super(detail);
    this.reason = reason;
    this.detail = detail;
  }

  /** Puts one step before the path; called while the error passes the structs and arrays around the field. */
  within(step: string | number): this {
    this.path = `/${step}${this.path}`;
    return this;
  }

  /** Names the message; the last thing that the codec does with the error. */
  of(api: string, version: number): this {
    this.api = api;
    this.version = version;
    this.message = `${api} v${version}${this.path === '' ? '' : ` at ${this.path}`}: ${this.detail}`;
    return this;
  }
}
