/**
 * What goes to other nodes in requests that hold many items: one queue for each node.
 *
 * ```
 *  push(node, item) ─▶ waiting ─▶ nothing under way: at once
 *                                 else: together, when an answer comes, or after a while beside those that are under way
 * ```
 *
 * A request whose answer takes long (a partition that cannot commit) holds up others for that while only.
 */
import { millis } from '../../raft/index.ts';
import type { NodeId } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';

/** What waits is sent beside a request that has been under way for so long … */
const PATIENCE_MS = millis(20);
/** … unless so many are. */
const UNDER_WAY_MAX = 32;

export interface NodeLanesOptions<Item> {
  readonly clock: Clock;
  /** Sends what may go together, and resolves when it is answered. Takes out of `waiting` what it sends (at least one). */
  readonly send: (node: NodeId, waiting: Item[]) => Promise<void>;
}

interface Lane<Item> {
  readonly waiting: Item[];
  underWay: number;
  /** The while is running. */
  patient: boolean;
}

export class NodeLanes<Item> {
  readonly #options: NodeLanesOptions<Item>;
  readonly #lanes = new Map<NodeId, Lane<Item>>();

  constructor(options: NodeLanesOptions<Item>) {
    this.#options = options;
  }

  /** They leave with this call when nothing is under way to that node. */
  push(node: NodeId, items: readonly Item[]): void {
    const lane = this.#lanes.get(node) ?? { waiting: [], underWay: 0, patient: false };
    this.#lanes.set(node, lane);
    lane.waiting.push(...items);
    if (lane.underWay === 0) this.#send(node, lane);
    else this.#wait(node, lane);
  }

  #send(node: NodeId, lane: Lane<Item>): void {
    if (lane.waiting.length === 0) return;
    lane.underWay += 1;
    void this.#options.send(node, lane.waiting).then(() => {
      lane.underWay -= 1;
      this.#send(node, lane);
    });
    if (lane.waiting.length > 0) this.#wait(node, lane);
  }

  #wait(node: NodeId, lane: Lane<Item>): void {
    if (lane.patient) return;
    lane.patient = true;
    this.#options.clock.setTimer(PATIENCE_MS, () => {
      lane.patient = false;
      if (lane.underWay < UNDER_WAY_MAX) this.#send(node, lane);
      else if (lane.waiting.length > 0) this.#wait(node, lane);
    });
  }
}
