/**
 * A controller for isr groups, as small as it can be: one linearizable object that elects from ISR and ELR.
 *
 *   fence / register ─▶ new leader, new term, ELR when the ISR falls below the minimum
 *   alter (term, version, isr with incarnations) ─▶ compare-and-set, or refused
 *
 * Its decisions are a list; every node applies a prefix of it, at its own pace.
 */
import { type Assignment, type Effect, type Incarnation, type Member, type NodeId, term } from '../../../raft/index.ts';

type IsrProposal = Effect & { readonly kind: 'propose-isr' };

export class SimController {
  readonly history: Assignment[] = [];
  private readonly nodes: readonly NodeId[];
  private readonly minInsync: number;
  private readonly registered = new Map<NodeId, Incarnation>();
  private readonly fenced = new Set<NodeId>();
  private isr: NodeId[];
  elr: NodeId[] = [];
  private leader: { readonly node: NodeId; readonly incarnation: Incarnation } | null = null;
  private term = 0;
  private version = 0;

  constructor(lives: ReadonlyMap<NodeId, Incarnation>, minInsync: number) {
    this.nodes = [...lives.keys()];
    this.minInsync = Math.min(minInsync, this.nodes.length);
    this.isr = [...this.nodes];
    for (const [node, life] of lives) this.registered.set(node, life);
    this.elect();
  }

  get newest(): Assignment {
    const last = this.history.at(-1);
    if (last === undefined) throw new Error('no assignment');
    return last;
  }

  /** Who must hold everything committed. */
  get keepers(): readonly NodeId[] {
    return [...this.isr, ...this.elr];
  }

  fence(node: NodeId): void {
    if (this.fenced.has(node)) return;
    this.fenced.add(node);
    this.setIsr(this.isr.filter((member) => member !== node));
    if (this.leader?.node === node || this.leader === null) this.elect();
    else this.publish();
  }

  /** A new life: whatever the old one led is over. */
  register(node: NodeId, life: Incarnation): void {
    this.registered.set(node, life);
    this.fenced.delete(node);
    if (this.leader?.node === node || this.leader === null) this.elect();
    else this.publish();
  }

  /** An operator or a session: the same set, another leader. */
  moveLeader(choice: number): void {
    const able = this.isr.filter((node) => !this.fenced.has(node));
    const node = able[choice % Math.max(1, able.length)];
    if (node !== undefined) this.appoint(node);
  }

  alter(proposal: IsrProposal): boolean {
    if (proposal.term !== this.term || proposal.version !== this.version) return false;
    const members = proposal.isr.map((member) => member.node);
    for (const { node, incarnation } of proposal.isr) {
      if (this.isr.includes(node)) continue;
      if (this.fenced.has(node) || this.registered.get(node) !== incarnation) return false;
    }
    this.setIsr(members);
    this.publish();
    return true;
  }

  private setIsr(next: NodeId[]): void {
    const left = this.isr.filter((node) => !next.includes(node));
    const kept = [...this.elr, ...left].filter((node) => !next.includes(node));
    this.elr = next.length < this.minInsync ? [...new Set(kept)] : [];
    this.isr = next;
  }

  private elect(): void {
    const able = (nodes: readonly NodeId[]): NodeId | undefined =>
      this.nodes.find((node) => nodes.includes(node) && !this.fenced.has(node));
    const chosen = able(this.isr) ?? able(this.elr);
    if (chosen !== undefined) return this.appoint(chosen);
    this.leader = null;
    this.term += 1;
    this.publish();
  }

  private appoint(node: NodeId): void {
    const life = this.registered.get(node);
    if (life === undefined) throw new Error(`node ${node} is not registered`);
    if (!this.isr.includes(node)) this.setIsr([...this.isr, node]);
    this.leader = { node, incarnation: life };
    this.term += 1;
    this.publish();
  }

  private publish(): void {
    this.version += 1;
    const replicas: Member[] = this.nodes.map((node) => ({
      node,
      incarnation: this.fenced.has(node) ? null : (this.registered.get(node) ?? null),
    }));
    this.history.push({
      term: term(this.term),
      version: this.version,
      leader: this.leader,
      replicas,
      isr: [...this.isr],
      minInsyncReplicas: this.minInsync,
      unclean: false,
    });
  }
}
