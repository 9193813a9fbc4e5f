/** DescribeLogDirs: the one data directory of this node, the replicas in it, and the room that is left. */
import { DiskError } from '../../storage/index.ts';
import { apiHandler, respond } from '../server/index.ts';
import type { ApiHandler } from '../server/index.ts';
import { API_TABLE, errorCode } from '../wire/index.ts';
import type { DescribeLogDirsRequest } from '../wire/index.ts';
import type { Partition } from '../partition/index.ts';

export interface LogDirectory {
  readonly path: string;
  /** Replicas hosted here. */
  readonly partitions: () => readonly Partition[];
  /** Bytes of the file system. Rejects with `DiskError`. */
  readonly totalBytes: () => Promise<number>;
  readonly freeBytes: () => Promise<number>;
}

/** Whether the request asks for this replica: null asks for all. */
function isWanted({ topics }: DescribeLogDirsRequest, { id }: Partition): boolean {
  if (topics === null) return true;
  return topics.some(({ topic, partitions }) => topic === id.topic && partitions.includes(id.index));
}

/** Null: the file system does not say. */
async function bytesOf(ask: () => Promise<number>): Promise<number> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return -1;
  }
}

export function describeLogDirsHandler(directory: LogDirectory): ApiHandler {
  return apiHandler(API_TABLE.describeLogDirs, async (request) => {
    const byTopic = new Map<string, Partition[]>();
    for (const partition of directory.partitions()) {
      // A log that has failed has no size that would mean something.
      if (partition.failed !== null || !isWanted(request, partition)) continue;
      byTopic.set(partition.id.topic, [...(byTopic.get(partition.id.topic) ?? []), partition]);
    }
    const topics = [...byTopic].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ id, replica, logEnd, highWatermark }) => ({
        partitionIndex: id.index,
        partitionSize: replica.log.sizeBytes,
        offsetLag: Math.max(0, highWatermark - logEnd),
        isFutureKey: false,
      })),
    }));
    const [totalBytes, usableBytes] = await Promise.all([bytesOf(directory.totalBytes), bytesOf(directory.freeBytes)]);
    const result = { errorCode: errorCode('NONE'), logDir: directory.path, topics, totalBytes, usableBytes };
    return respond({ errorCode: errorCode('NONE'), results: [{ ...result, isCordoned: false }] });
  });
}
