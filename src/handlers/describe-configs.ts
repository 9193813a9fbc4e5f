/** DescribeConfigs of topics (resource type 2), brokers (4) and groups (32), with where each value comes from. */
import { nodeId } from '../../raft/index.ts';
import {
  describeBrokerConfigs,
  describeGroupConfigs,
  describeTopicConfigs,
  invalidTopicName,
  KAFKA_CONFIG_SOURCE,
} from '../metadata/index.ts';
import type { ComputedDefaults, ConfigDefinition, DescribedConfig, Endpoint } from '../metadata/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { DescribeConfigsRequest } from '../wire/index.ts';
import type { BrokerView } from './broker-view.ts';

type Resource = DescribeConfigsRequest['resources'][number];

const TOPIC = 2;
const BROKER = 4;
const GROUP = 32;
/** Kafka's numbers of config types. */
const CONFIG_TYPE: Readonly<Record<ConfigDefinition['type']['kind'], number>> = {
  boolean: 1,
  choice: 2,
  integer: 5,
  number: 6,
  list: 7,
  text: 2,
};

/** Where a broker's admin server is: told to tools here, because the protocol has no place for it. */
const ADMIN_ADDRESS: ConfigDefinition = {
  key: 'flotilla.admin.address',
  type: { kind: 'text' },
  default: null,
  clusterKey: null,
  doc: 'Address of the admin HTTP server, as registered. Set by the node itself (admin.port).',
  dynamic: false,
};

function adminAddress({ host, port }: Endpoint): DescribedConfig {
  const { key } = ADMIN_ADDRESS;
  const synonym = { key, value: `${host}:${port}`, source: 'default' as const };
  return { ...synonym, definition: ADMIN_ADDRESS, synonyms: [synonym] };
}

type Found = { readonly configs: readonly DescribedConfig[] } | { readonly code: number; readonly message: string };

function find(broker: BrokerView, resource: Resource, computed: ComputedDefaults): Found {
  const image = broker.image();
  const { resourceType, resourceName } = resource;
  if (resourceType === TOPIC) {
    const invalid = invalidTopicName(resourceName);
    if (invalid !== null) return { code: errorCode('INVALID_TOPIC_EXCEPTION'), message: invalid };
    const topic = image.topicsByName.get(resourceName);
    if (topic === undefined) return { code: errorCode('UNKNOWN_TOPIC_OR_PARTITION'), message: 'no such topic' };
    return {
      configs: describeTopicConfigs(image, topic, topic.partitions[0]?.replicas.length ?? 1, computed, broker.self),
    };
  }
  if (resourceType === GROUP) {
    if (resourceName === '') return { code: errorCode('INVALID_REQUEST'), message: 'a group id must not be empty' };
    return { configs: describeGroupConfigs(image, resourceName, computed) };
  }
  if (resourceType !== BROKER)
    return { code: errorCode('INVALID_REQUEST'), message: `resource type ${resourceType} has no configs here` };
  if (resourceName === '') return { configs: describeBrokerConfigs(image, null, computed) };
  const node = /^\d{1,10}$/.test(resourceName) ? nodeId(Number(resourceName)) : null;
  const registered = node === null ? undefined : image.brokers.get(node);
  if (registered === undefined) return { code: errorCode('INVALID_REQUEST'), message: 'no such broker' };
  return { configs: [adminAddress(registered.admin), ...describeBrokerConfigs(image, node, computed)] };
}

export function describeConfigsHandler(broker: BrokerView, computed: ComputedDefaults): ApiHandler {
  return apiHandler(API_TABLE.describeConfigs, (request) => {
    const results = request.resources.map((resource) => {
      const { resourceType, resourceName, configurationKeys } = resource;
      const found = find(broker, resource, computed);
      if ('code' in found)
        return { errorCode: found.code, errorMessage: found.message, resourceType, resourceName, configs: [] };
      // No keys means all keys, whether the list is absent or empty.
      const all = configurationKeys === null || configurationKeys.length === 0;
      const wanted = found.configs.filter(({ key }) => all || configurationKeys.includes(key));
      const configs = wanted.map(({ key, value, source, synonyms, definition }) => ({
        name: key,
        value,
        readOnly: !definition.dynamic,
        configSource: KAFKA_CONFIG_SOURCE[source],
        isSensitive: false,
        synonyms: request.includeSynonyms
          ? synonyms.map((synonym) => ({
              name: synonym.key,
              value: synonym.value,
              source: KAFKA_CONFIG_SOURCE[synonym.source],
            }))
          : [],
        configType: CONFIG_TYPE[definition.type.kind],
        documentation: request.includeDocumentation ? definition.doc : null,
      }));
      return { errorCode: 0, errorMessage: null, resourceType, resourceName, configs };
    });
    return respond({ results });
  });
}
