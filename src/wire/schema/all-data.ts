/**
 * Headers and other messages outside requests and responses, by name: for the wire tool and for tests.
 */
import { consumerProtocolAssignment, consumerProtocolSubscription } from './consumer-protocol.ts';
import * as control from './control-record.ts';
import type { DataSchema } from './field.ts';
import * as group from './group-record.ts';
import { requestHeader, responseHeader } from './header.ts';
import * as transaction from './transaction-record.ts';

export const ALL_HEADERS: readonly DataSchema[] = [requestHeader, responseHeader];

export const ALL_DATA: readonly DataSchema[] = [
  consumerProtocolSubscription,
  consumerProtocolAssignment,
  ...Object.values(control),
  ...Object.values(group),
  ...Object.values(transaction),
];
