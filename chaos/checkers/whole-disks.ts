/**
 * Disks against what recovery makes of them, where nothing but power losses and dying processes can have happened.
 *
 *   D9   a log that fails as damaged, or a node that refuses its directory as damaged, has been damaged by somebody: what a crash
 *        may leave is no damage
 *   D8   a log with flush=always begins with all that it says: each of its batches is in its files, whole, where it says
 *
 * Damage at rest may be hidden until somebody reads there; so a disk that ever had any is not judged. After a failed sync the second
 * is judged all the same: whoever trusts that file again has lost what the kernel dropped.
 */
import { batchEndOffset, intactHeader, nextBatch } from '../../storage/batch/index.ts';
import { DiskLog } from '../../storage/log/disk-log.ts';
import type { Hosting, Partition } from '../../src/partition/index.ts';
import type { Replica } from '../../src/replica/index.ts';
import type { SimCluster } from '../cluster/index.ts';
import type { SimDisk } from '../sim/index.ts';
import { violated } from '../workload/history.ts';

export class WholeDisks {
  readonly #cluster: SimCluster;
  #ends = 0;
  #rebuilt: { readonly number: number; readonly partition: Partition }[] = [];

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  /** The node has just come to be. A log that its start found damaged may be deleted in the event in which it is opened. */
  follow(number: number, hosting: Hosting): void {
    const rebuild = hosting.rebuild.bind(hosting);
    hosting.rebuild = (group) => {
      const partition = hosting.all().find(({ replica }) => replica.group === group);
      if (partition !== undefined) this.#rebuilt.push({ number, partition });
      rebuild(group);
    };
  }

  /** After every event: nodes that ended by themselves, logs that were deleted because they had failed. */
  judgeEnds(): void {
    if (this.#rebuilt.length > 0)
      for (const { number, partition } of this.#rebuilt.splice(0))
        this.judgeFailed(number, `${partition.id.topic}-${partition.id.index}`, partition.replica);
    const { ends } = this.#cluster;
    for (; this.#ends < ends.length; this.#ends += 1) {
      const end = ends[this.#ends];
      if (end !== undefined && end.isData && end.reason.includes('damaged'))
        this.#judge(end.node, `node ${end.node} ended: ${end.reason}`);
    }
  }

  /** The replica has failed. */
  judgeFailed(number: number, name: string, { log }: Replica): void {
    const { failure } = log;
    if (failure?.kind !== 'damaged') return;
    const place = failure.position === null ? '' : ` at byte ${failure.position}`;
    this.#judge(number, `${name} of node ${number} has failed: ${failure.path}${place}: ${failure.reason}`);
  }

  /** The replica has just come to be, and has not failed. */
  judgeBegin(number: number, name: string, { log }: Replica): void {
    const { disk } = this.#cluster.machine(number);
    if (!(log instanceof DiskLog) || log.settings.flush !== 'always' || !isUndamaged(disk)) return;
    for (const { path, base, end, bytes, removed } of log.set.segments) {
      if (removed) continue;
      const found = wholeEnd(disk.cachedBytes(path), bytes);
      if (bytes > 0 && found !== end)
        violated('D8', `node ${number} begins ${name} with ${path} up to ${end}, it is whole up to ${found ?? base}`);
    }
  }

  #judge(number: number, what: string): void {
    const { disk } = this.#cluster.machine(number);
    if (isUndamaged(disk) && disk.refusals === 0) violated('D9', what);
  }
}

function isUndamaged({ damages, lies }: SimDisk): boolean {
  return damages === 0 && lies === 0;
}

/** Where the last of the whole batches ends that fill these bytes from the first on; null: they do not. */
function wholeEnd(file: Uint8Array | null, bytes: number): number | null {
  if (file === null || file.length < bytes) return null;
  let end: number | null = null;
  for (let at = 0; at < bytes;) {
    const next = nextBatch(file, at);
    if (next.kind !== 'batch' || at + next.size > bytes) return null;
    const batch = file.subarray(at, at + next.size);
    if (typeof intactHeader(batch) === 'string') return null;
    end = batchEndOffset(batch);
    at += next.size;
  }
  return end;
}
