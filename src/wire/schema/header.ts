/**
 * Request and response headers as schemas, for the wire tool; the server reads headers in `frame.ts`.
 *
 * The notation is explained in `field.ts`.
 */
import type { DataSchema, Decoded } from './field.ts';

export const requestHeader = {
  name: 'RequestHeader',
  versions: [1, 2],
  flexible: 2,
  fields: {
    requestApiKey: 'int16',
    requestApiVersion: 'int16',
    correlationId: 'int32',
    clientId: 'string? classic',
  },
} as const satisfies DataSchema;
export type RequestHeader = Decoded<typeof requestHeader.fields>;

export const responseHeader = {
  name: 'ResponseHeader',
  versions: [0, 1],
  flexible: 1,
  fields: {
    correlationId: 'int32',
  },
} as const satisfies DataSchema;
export type ResponseHeader = Decoded<typeof responseHeader.fields>;
