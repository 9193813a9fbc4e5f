/**
 * Damage at rest: a node is killed, something on its disk is not as it was, and it comes back.
 *
 * | fault             | what is hit                                                          | what it costs                       |
 * |-------------------|----------------------------------------------------------------------|-------------------------------------|
 * | damage            | a bit of a segment                                                   | a replica                           |
 * | damage-segment    | a page of zeros, of elsewhere or of the past; a file cut, gone, swapped | a replica                        |
 * | bad-sector        | a sector of a segment or journal cannot be read any more             | the node                            |
 * | damage-several    | segments of as many nodes as the budget allows, at once              | a replica each                      |
 * | damage-index      | an index or checkpoint file, in any way                              | nothing: what is derived is derived again |
 * | stray-files       | files twice, under other names                                       | nothing                             |
 * | damage-journal    | a synced record, or a whole file of the journal                      | the node: a disk of its own again   |
 * | damage-metadata   | the metadata log or its snapshot                                     | the node                            |
 * | damage-store      | the key-value store                                                  | the node                            |
 * | restore-copy      | the whole directory is that of an earlier life, of a node without votes | its replicas                     |
 *
 * Only where the node can know. What a dying process wrote last, and under flush=os the end of a log, cannot be told from a write
 * that never happened.
 */
import type { Random } from '../../raft/index.ts';
import type { Deed } from '../schedule/index.ts';
import type { SimDisk } from '../sim/index.ts';
import { damagingRecord, isKnownElsewhere } from './journal-damage.ts';
import { allWhole, duration, pick, running } from './harm.ts';
import type { FaultContext } from './harm.ts';
import { lastBatchAt, watchDamage } from './latent-damage.ts';

const PAGE = 4096;

/** What is done to one file, and of which bytes it should be known later whether they are still so. */
interface Damage {
  readonly deed: Deed;
  readonly path: string;
  readonly at: number;
  readonly length: number;
}

/** Kills the node, does it, and starts it again. */
function strike({ random, act, restart }: FaultContext, node: number, ...deeds: readonly Deed[]): void {
  if (!act({ kind: 'kill', node })) return;
  for (const deed of deeds) act(deed);
  restart(node, duration(random, 20, 1000));
}

/** A node that runs while everything is whole; null: not now. */
function victim({ cluster, random }: FaultContext): number | null {
  return allWhole(cluster) ? pick(random, running(cluster)) : null;
}

function filesOf(disk: SimDisk, place: string, ending: string): readonly string[] {
  return disk.paths().filter((path) => path.includes(place) && path.endsWith(ending));
}

function sizeOf(disk: SimDisk, path: string): number {
  return disk.cachedBytes(path)?.length ?? 0;
}

/** Segments of partitions. */
function segments(disk: SimDisk): readonly string[] {
  return filesOf(disk, '/logs/', '.log').filter((path) => !path.includes('/@') && sizeOf(disk, path) > 0);
}

/** Bytes from `from` to `to` of which one is hit: a page, or less where there is less. */
function drawPage(random: Random, from: number, to: number): { readonly at: number; readonly length: number } {
  const pages = Math.ceil(to / PAGE);
  const first = Math.floor(from / PAGE);
  const at = Math.max(from, (first + random.below(Math.max(1, pages - first))) * PAGE);
  return { at, length: Math.min(PAGE, to - at) };
}

/** A way to damage these bytes of a file; null: it would change nothing. */
function drawDamage(
  { random, cluster }: FaultContext,
  node: number,
  path: string,
  place: { readonly at: number; readonly length: number },
): Damage | null {
  const { disk } = cluster.machine(node);
  const { at, length } = place;
  const as = (deed: Deed): Damage => ({ deed, path, at, length });
  const now = Buffer.from(disk.cachedBytes(path) ?? []).subarray(at, at + length);
  switch (random.below(3)) {
    case 0:
      return as({ kind: 'flip-bit', node, path, bit: at * 8 + random.below(length * 8) });
    case 1:
      return now.every((byte) => byte === 0) ? null : as({ kind: 'zero-bytes', node, path, from: at, length });
    default: {
      const source = pick(random, segments(disk)) ?? path;
      // Not from the beginning: a whole batch of another log looks as good as one of this.
      const sourceAt = 1 + random.below(Math.max(1, sizeOf(disk, source) - length));
      const there = Buffer.from(disk.cachedBytes(source) ?? []).subarray(sourceAt, sourceAt + length);
      if (there.length < length || there.equals(now)) return null;
      return as({ kind: 'copy-bytes', node, path, from: at, length, source, sourceFrom: sourceAt });
    }
  }
}

/** Some bytes, or a whole file, of a log whose replicas all hold everything. `isCutKnown`: the node knows where it must end. */
function drawSegmentDamage(context: FaultContext, node: number, isCutKnown: boolean): Damage | null {
  const { random, cluster } = context;
  const { disk } = cluster.machine(node);
  const path = pick(random, segments(disk));
  if (path === null) return null;
  const size = sizeOf(disk, path);
  const siblings = segments(disk).filter((other) => other !== path);
  const isLast = !siblings.some((other) => directoryOf(other) === directoryOf(path) && other > path);
  const whole = { path, at: 0, length: size };
  const to = isLast && !isCutKnown ? lastBatchAt(disk.cachedBytes(path) ?? new Uint8Array(0)) : size;
  if (to === 0) return null;
  switch (isLast && !isCutKnown ? 0 : random.below(4)) {
    case 1:
      return { ...whole, deed: { kind: 'cut-file', node, path, size: random.below(size) } };
    case 2:
      return { ...whole, deed: { kind: 'delete-file', node, path } };
    case 3: {
      const others = siblings.filter(
        (sibling) => (isOfVoters(context, path) || !isOfVoters(context, sibling)) && isOtherShape(disk, path, sibling),
      );
      // What is scanned without a checkpoint is believed when it checks; and nothing in a segment says whose it is.
      const other = isCutKnown ? pick(random, others) : null;
      return other === null ? null : { ...whole, deed: { kind: 'swap-files', node, path, to: other } };
    }
    default:
      return drawDamage(context, node, path, drawPage(random, 0, to));
  }
}

/** Nothing in a segment says whose it is: logs of equal batches can be told apart only by what is in them. */
function isOtherShape(disk: SimDisk, left: string, right: string): boolean {
  const [one, other] = [left, right].map((path) => Buffer.from(disk.cachedBytes(path) ?? []).subarray(8, 12));
  return one !== undefined && other !== undefined && !one.equals(other);
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** Whether a log's end is in the checkpoint and the journal, not only in its files. */
function isCutKnown({ cluster }: FaultContext): boolean {
  return cluster.node(1)?.node.options.config.flush === 'always';
}

/** Every one that the budget allows: its damage, and then all of them at once. */
function spoil(context: FaultContext, nodes: readonly number[], draw: (node: number) => Damage | null): void {
  const { cluster, budget } = context;
  for (const node of nodes) {
    const damage = draw(node);
    if (damage === null) continue;
    const { disk } = cluster.machine(node);
    const { watch, isThere } = watchDamage(disk, damage.path, damage.at, damage.length);
    const may = isOfVoters(context, damage.path) ? budget.mayWipe(node, isThere) : budget.maySpoil(node, isThere);
    if (!may) continue;
    // Names that were swapped are two damaged logs of one node.
    strike(context, node, damage.deed);
    watch();
  }
}

/** Whether it is a log of a topic whose replicas vote: such a vote is lost for ever. */
function isOfVoters({ cluster }: FaultContext, path: string): boolean {
  const topics = [...(cluster.image()?.topicsById.values() ?? [])];
  return topics.some(
    ({ id, partitions }) => path.includes(`.${id}/`) && partitions.some(({ replication }) => replication === 'quorum'),
  );
}

function damageSegment(context: FaultContext): void {
  const node = victim(context);
  if (node !== null) spoil(context, [node], (each) => drawSegmentDamage(context, each, isCutKnown(context)));
}

function flipSegmentBit(context: FaultContext): void {
  const { cluster, random } = context;
  const node = victim(context);
  if (node === null) return;
  spoil(context, [node], () => {
    const { disk } = cluster.machine(node);
    const path = pick(random, segments(disk));
    const bytes = disk.cachedBytes(path ?? '/') ?? new Uint8Array(0);
    const to = isCutKnown(context) ? bytes.length : lastBatchAt(bytes);
    if (path === null || to === 0) return null;
    return { deed: { kind: 'flip-bit', node, path, bit: random.below(to * 8) }, path, at: 0, length: to };
  });
}

function damageSeveral(context: FaultContext): void {
  if (!allWhole(context.cluster)) return;
  spoil(context, running(context.cluster), (node) => drawSegmentDamage(context, node, isCutKnown(context)));
}

/** In use: the kernel finds out when somebody reads there. A node that cannot read at its start does not begin. */
function badSector(context: FaultContext): void {
  const { cluster, random, budget, act } = context;
  const node = victim(context);
  if (node === null) return;
  const { disk } = cluster.machine(node);
  const path = pick(random, random.below(4) === 0 ? filesOf(disk, '/journal/', '') : segments(disk));
  if (path === null) return;
  const { at, length } = drawPage(random, 0, sizeOf(disk, path));
  const { watch, isThere } = watchDamage(disk, path, at, length);
  if (budget.mayWipe(node, isThere) && act({ kind: 'bad-sector', node, path, from: at, length })) watch();
}

/** Costs nothing: any number of nodes may have it. */
function damageIndex(context: FaultContext): void {
  const { cluster, random } = context;
  for (const node of running(cluster)) {
    if (random.below(2) === 0) continue;
    const { disk } = cluster.machine(node);
    const path = pick(
      random,
      disk.paths().filter((each) => each.includes('/logs/') && !/\.(log|snapshot|part|tmp)$/.test(each)),
    );
    const size = path === null ? 0 : sizeOf(disk, path);
    if (path === null || size === 0) continue;
    const other = pick(random, filesOf(disk, '/logs/', path.slice(path.lastIndexOf('.'))));
    const byte = random.below(size);
    const deeds: readonly Deed[] = [
      { kind: 'flip-bit', node, path, bit: random.below(size * 8) },
      { kind: 'zero-bytes', node, path, from: byte, length: size - byte },
      { kind: 'cut-file', node, path, size: byte },
      { kind: 'delete-file', node, path },
      { kind: 'swap-files', node, path, to: other ?? path },
    ];
    const deed = pick(random, deeds);
    if (deed !== null) strike(context, node, deed);
  }
}

/** A file once more, under a name that nobody has given: somebody has copied things about. */
function strayFiles(context: FaultContext): void {
  const { cluster, random } = context;
  const node = pick(random, running(cluster));
  if (node === null) return;
  const { disk } = cluster.machine(node);
  const journal = filesOf(disk, '/journal/', '');
  const path = pick(random, random.below(2) === 0 ? journal : segments(disk));
  const other = pick(random, journal);
  if (path === null || other === null) return;
  if (!journal.includes(path)) {
    const base = Number(path.slice(path.lastIndexOf('/') + 1, -4)) + 1 + random.below(1000);
    const to = `${directoryOf(path)}/${String(base).padStart(20, '0')}.log`;
    if (isCutKnown(context) && disk.find(to) === null) strike(context, node, { kind: 'copy-file', node, path, to });
  } else if (other !== path) strike(context, node, { kind: 'swap-files', node, path, to: other });
}

/** A synced record of the journal, or a file of which another says that it was synced. */
function damageJournal(context: FaultContext): void {
  const { cluster, random, budget } = context;
  const node = victim(context);
  if (node === null) return;
  const { disk } = cluster.machine(node);
  const files = filesOf(disk, '/journal/', '');
  const path = pick(random, files);
  if (path === null) return;
  const bytes = disk.durableBytes(path) ?? new Uint8Array(0);
  const others = files.filter((other) => other !== path).map((other) => disk.durableBytes(other) ?? new Uint8Array(0));
  const record = damagingRecord(bytes, random);
  let damage: Deed | null = record === null ? null : (drawDamage(context, node, path, record)?.deed ?? null);
  if (random.below(3) === 0 && isKnownElsewhere(bytes, others))
    damage = pick<Deed>(random, [
      { kind: 'delete-file', node, path },
      { kind: 'cut-file', node, path, size: random.below(bytes.length) },
    ]);
  if (damage !== null && budget.mayWipe(node)) strike(context, node, damage);
}

function damageMetadata(context: FaultContext): void {
  const { cluster, random, budget } = context;
  const node = victim(context);
  if (node === null) return;
  const { disk } = cluster.machine(node);
  const files = filesOf(disk, '/logs/@metadata/', '').filter((each) => /\.(log|snapshot)$/.test(each));
  const path = pick(random, files);
  const size = path === null ? 0 : sizeOf(disk, path);
  if (path === null || size === 0) return;
  const damage = pick<Deed | null>(random, [
    drawDamage(context, node, path, drawPage(random, 0, size))?.deed ?? null,
    { kind: 'cut-file', node, path, size: random.below(size) },
    { kind: 'delete-file', node, path },
  ]);
  if (damage !== null && budget.mayWipe(node)) strike(context, node, damage);
}

function damageStore(context: FaultContext): void {
  const node = victim(context);
  if (node === null || !context.budget.mayWipe(node)) return;
  const isGone = context.random.below(3) === 0;
  strike(context, node, { kind: isGone ? 'delete-tree' : 'damage-store', node, path: '/data/meta' });
}

/** Whether the node has votes, which an older copy of its directory would give twice: nobody could know. */
function isVoting({ cluster }: FaultContext, node: number): boolean {
  const topics = [...(cluster.image()?.topicsById.values() ?? [])];
  return (
    (cluster.node(node)?.node.options.config.voters ?? []).some((voter) => voter.node === node) ||
    topics.some(({ partitions }) =>
      partitions.some(
        ({ replicas, replication }) => replication === 'quorum' && replicas.some((each) => each === node),
      ),
    )
  );
}

/** Yesterday's directory: the node lives on, and at least once again, until it is put back. */
function restoreCopy(context: FaultContext): void {
  const { cluster, random, budget, act, later } = context;
  const node = pick(
    random,
    running(cluster).filter((each) => !isVoting(context, each)),
  );
  if (node === null || !allWhole(cluster) || !act({ kind: 'remember-disk', node })) return;
  strike(context, node);
  later(duration(random, 1500, 6000), () => {
    if (allWhole(cluster) && budget.maySpoil(node)) strike(context, node, { kind: 'restore-disk', node });
  });
}

export const DAMAGE_FAULTS = {
  damage: flipSegmentBit,
  'damage-segment': damageSegment,
  'damage-several': damageSeveral,
  'bad-sector': badSector,
  'damage-index': damageIndex,
  'stray-files': strayFiles,
  'damage-journal': damageJournal,
  'damage-metadata': damageMetadata,
  'damage-store': damageStore,
  'restore-copy': restoreCopy,
} as const;
