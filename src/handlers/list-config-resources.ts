/**
 * ListConfigResources (key 74): the names of what has configs. Version 0 asked for client metrics alone, which nobody has here.
 *
 * A group is listed once a config was set for it; topics and brokers always.
 */
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { BrokerView } from './broker-view.ts';

const TOPIC = 2;
const BROKER = 4;
const BROKER_LOGGER = 8;
const CLIENT_METRICS = 16;
const GROUP = 32;
/** What Kafka knows, in its order. */
const KNOWN: readonly number[] = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];

function namesOf(broker: BrokerView, type: number): Iterable<string> {
  const image = broker.image();
  if (type === TOPIC) return image.topicsByName.keys();
  if (type === BROKER) return [...image.brokers.keys()].map(String);
  return type === GROUP ? image.groupConfigs.keys() : [];
}

export function listConfigResourcesHandler(broker: BrokerView): ApiHandler {
  return apiHandler(API_TABLE.listConfigResources, (request, { version }) => {
    const asked = version === 0 ? [CLIENT_METRICS] : [...new Set(request.resourceTypes)];
    if (asked.some((type) => !KNOWN.includes(type)))
      return respond({ errorCode: errorCode('UNSUPPORTED_VERSION'), configResources: [] });
    const configResources = (asked.length === 0 ? KNOWN : asked).flatMap((resourceType) =>
      Array.from(namesOf(broker, resourceType), (resourceName) => ({ resourceName, resourceType })),
    );
    return respond({ errorCode: 0, configResources });
  });
}
