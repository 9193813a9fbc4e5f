/** AlterConfigs (replaces all of a resource) and IncrementalAlterConfigs (KIP-339): wire to controller command and back. */
import { millis, nodeId } from '../../raft/index.ts';
import type { AlterConfigs, ConfigChange, ConfigResource } from '../controller/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import { noAnswer } from './command-port.ts';
import type { CommandPort } from './command-port.ts';
import { resultCode } from './topic-admin.ts';

const TOPIC = 2;
const BROKER = 4;
const GROUP = 32;
const TIMEOUT = millis(30_000);
const OPERATIONS: readonly ConfigChange['operation'][] = ['set', 'delete', 'append', 'subtract'];

interface Wanted {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly replaceAll: boolean;
  /** Null: the request makes no sense, as `reason` says. */
  readonly changes: readonly ConfigChange[] | null;
}

function resourceOf(resourceType: number, resourceName: string): ConfigResource | null {
  if (resourceType === TOPIC) return { kind: 'topic', name: resourceName };
  if (resourceType === GROUP) return resourceName === '' ? null : { kind: 'group', groupId: resourceName };
  if (resourceType !== BROKER) return null;
  if (resourceName === '') return { kind: 'broker', node: null };
  return /^\d{1,10}$/.test(resourceName) ? { kind: 'broker', node: nodeId(Number(resourceName)) } : null;
}

interface Altered {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly resourceType: number;
  readonly resourceName: string;
}

/** Kafka calls a config that a broker cannot have an invalid request, one that a topic or a group cannot have an invalid config. */
function resultOf(resourceType: number, result: Parameters<typeof resultCode>[0]): ReturnType<typeof resultCode> {
  const told = resultCode(result);
  const isBrokers = resourceType === BROKER && told.errorCode === errorCode('INVALID_CONFIG');
  return isBrokers ? { ...told, errorCode: errorCode('INVALID_REQUEST') } : told;
}

async function alter(
  commands: CommandPort,
  wanted: readonly Wanted[],
  validateOnly: boolean,
): Promise<readonly Altered[]> {
  const sound: AlterConfigs['resources'][number][] = [];
  /** Place of each wanted resource among the sound ones; null: it is none. */
  const places = wanted.map(({ resourceType, resourceName, replaceAll, changes }) => {
    const resource = resourceOf(resourceType, resourceName);
    return resource === null || changes === null ? null : sound.push({ resource, replaceAll, changes }) - 1;
  });
  const outcome = await commands.submit({ kind: 'alter-configs', resources: sound, validateOnly }, TIMEOUT);
  return wanted.map(({ resourceType, resourceName }, at) => {
    const named = { resourceType, resourceName };
    const place = places[at] ?? null;
    if (place === null)
      return { ...named, errorCode: errorCode('INVALID_REQUEST'), errorMessage: 'no such resource or operation' };
    if (outcome.kind === 'answer') return { ...named, ...resultOf(resourceType, outcome.answer[place]) };
    const { code, message } = noAnswer(outcome);
    return { ...named, errorCode: code, errorMessage: message };
  });
}

export function alterConfigsHandler(commands: CommandPort): ApiHandler {
  return apiHandler(API_TABLE.alterConfigs, async (request) => {
    const wanted = request.resources.map(({ resourceType, resourceName, configs }) => {
      const changes = configs.map(({ name, value }) => ({ key: name, operation: 'set' as const, value }));
      return {
        resourceType,
        resourceName,
        replaceAll: true,
        changes: changes.every(({ value }) => value !== null) ? changes : null,
      };
    });
    return respond({ responses: await alter(commands, wanted, request.validateOnly) });
  });
}

export function incrementalAlterConfigsHandler(commands: CommandPort): ApiHandler {
  return apiHandler(API_TABLE.incrementalAlterConfigs, async (request) => {
    const wanted = request.resources.map(({ resourceType, resourceName, configs }) => {
      const changes = configs.flatMap(({ name, configOperation, value }) => {
        const operation = OPERATIONS[configOperation];
        return operation === undefined ? [] : [{ key: name, operation, value: operation === 'delete' ? null : value }];
      });
      const sound =
        changes.length === configs.length &&
        changes.every(({ operation, value }) => operation === 'delete' || value !== null);
      return { resourceType, resourceName, replaceAll: false, changes: sound ? changes : null };
    });
    return respond({ responses: await alter(commands, wanted, request.validateOnly) });
  });
}
