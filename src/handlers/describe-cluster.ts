/** DescribeCluster: brokers and controller (endpoint type 1); asked for controllers (type 2), Kafka's brokers refuse. */
import type { NodeId } from '../../raft/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { BrokerView } from './broker-view.ts';

const BROKERS = 1;

export function describeClusterHandler(broker: BrokerView, controller: () => NodeId | null): ApiHandler {
  return apiHandler(API_TABLE.describeCluster, (request) => {
    const image = broker.image();
    const clusterId = image.clusterId ?? '';
    if (request.endpointType !== BROKERS) {
      const code = errorCode(request.endpointType === 2 ? 'MISMATCHED_ENDPOINT_TYPE' : 'UNSUPPORTED_ENDPOINT_TYPE');
      return respond({
        errorCode: code,
        errorMessage: 'only endpoint type 1 (brokers) is served',
        clusterId,
        brokers: [],
      });
    }
    const brokers = [...image.brokers.values()]
      .filter(({ fenced }) => !fenced || request.includeFencedBrokers)
      .map(({ node, kafka, rack, fenced }) => ({
        brokerId: node,
        host: kafka.host,
        port: kafka.port,
        rack,
        isFenced: fenced,
      }));
    return respond({ errorCode: 0, endpointType: BROKERS, clusterId, controllerId: controller() ?? -1, brokers });
  });
}
