/** The group APIs: each request goes to the coordinator's function for it. */
import {
  consumerGroupDescribe,
  consumerGroupHeartbeat,
  deleteGroups,
  describeGroups,
  findCoordinator,
  heartbeat,
  joinGroup,
  leaveGroup,
  listGroups,
  offsetCommit,
  offsetDelete,
  offsetFetch,
  syncGroup,
  txnOffsetCommit,
} from '../coordinator/index.ts';
import type { GroupCoordinator, GroupRequestContext } from '../coordinator/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler, RequestContext } from '../server/index.ts';
import type { TransactionCoordinator } from '../transactions/index.ts';
import { API_TABLE } from '../wire/index.ts';

function contextOf(context: RequestContext): GroupRequestContext {
  const host = context.remote.slice(0, context.remote.lastIndexOf(':'));
  return { version: context.version, clientId: context.clientId, clientHost: `/${host}` };
}

export function groupHandlers(groups: GroupCoordinator, transactions: TransactionCoordinator): readonly ApiHandler[] {
  return [
    apiHandler(API_TABLE.findCoordinator, (request, context) =>
      respond(findCoordinator(groups, request, contextOf(context), transactions.topic)),
    ),
    apiHandler(API_TABLE.joinGroup, async (request, context) =>
      respond(await joinGroup(groups, request, contextOf(context))),
    ),
    apiHandler(API_TABLE.syncGroup, async (request, context) =>
      respond(await syncGroup(groups, request, contextOf(context))),
    ),
    apiHandler(API_TABLE.heartbeat, async (request) => respond(await heartbeat(groups, request))),
    apiHandler(API_TABLE.leaveGroup, async (request, context) =>
      respond(await leaveGroup(groups, request, contextOf(context))),
    ),
    apiHandler(API_TABLE.offsetCommit, async (request, context) =>
      respond(await offsetCommit(groups, request, contextOf(context))),
    ),
    apiHandler(API_TABLE.txnOffsetCommit, async (request, context) =>
      respond(await txnOffsetCommit(groups, request, contextOf(context))),
    ),
    apiHandler(API_TABLE.offsetFetch, async (request, context) =>
      respond(await offsetFetch(groups, request, contextOf(context))),
    ),
    apiHandler(API_TABLE.describeGroups, (request, context) =>
      respond(describeGroups(groups, request, contextOf(context))),
    ),
    apiHandler(API_TABLE.listGroups, (request) => respond(listGroups(groups, request))),
    apiHandler(API_TABLE.deleteGroups, async (request) => respond(await deleteGroups(groups, request))),
    apiHandler(API_TABLE.consumerGroupHeartbeat, async (request, context) =>
      respond(await consumerGroupHeartbeat(groups, request, contextOf(context))),
    ),
    apiHandler(API_TABLE.consumerGroupDescribe, (request) => respond(consumerGroupDescribe(groups, request))),
    apiHandler(API_TABLE.offsetDelete, async (request) => respond(await offsetDelete(groups, request))),
  ];
}
