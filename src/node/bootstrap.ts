/**
 * The first start of a cluster: who votes, before any log says so (design 2.1).
 *
 * The voters are the configured nodes with the directories that their handshakes show, once *every* one of them was seen
 * with an empty directory at the same time. Each node finds out by itself; the first leader writes them into the log.
 * A node that comes with an empty directory later is an observer until it is added.
 */
import type { NodeId, Voter } from '../../raft/index.ts';
import type { PeerIdentity } from '../peer/index.ts';

export class Bootstrap {
  readonly #self: Voter;
  readonly #configured: readonly NodeId[];
  readonly #found: (voters: readonly Voter[]) => void;
  readonly #empty = new Map<NodeId, PeerIdentity>();
  /** False once this directory holds something, or the voters were found. */
  #open: boolean;

  /** @param selfEmpty this node's directory was empty when it started */
  constructor(
    self: Voter,
    selfEmpty: boolean,
    configured: readonly NodeId[],
    found: (voters: readonly Voter[]) => void,
  ) {
    this.#self = self;
    this.#configured = configured;
    this.#found = found;
    this.#open = selfEmpty && configured.includes(self.node);
  }

  /** What needs no finding out: `bootstrapped` in an earlier life, or a cluster of one node. Null: nothing. */
  static known(
    self: Voter,
    configured: readonly NodeId[],
    bootstrapped: readonly Voter[] | null,
  ): readonly Voter[] | null {
    if (bootstrapped !== null) return bootstrapped;
    return configured.length === 1 && configured[0] === self.node ? [self] : null;
  }

  onConnected(peer: PeerIdentity): void {
    if (!this.#open) return;
    if (peer.empty) this.#empty.set(peer.node, peer);
    else this.#empty.delete(peer.node);
    const voters: Voter[] = [];
    for (const node of this.#configured) {
      const identity = node === this.#self.node ? this.#self : this.#empty.get(node);
      if (identity === undefined) return;
      voters.push({ node, directory: identity.directory });
    }
    this.#open = false;
    this.#found(voters);
  }

  onDisconnected(node: NodeId): void {
    this.#empty.delete(node);
  }
}
