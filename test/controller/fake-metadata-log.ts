/** The metadata group as one list: what is appended is committed when the test says so, and then applied to the controller. */
import { assert, offset, term } from '../../raft/index.ts';
import type { Term } from '../../raft/index.ts';
import type { Appended, Controller, MetadataLog } from '../../src/controller/index.ts';
import { applyRecords, emptyImage, withPosition } from '../../src/metadata/index.ts';
import type { MetadataImage, MetadataRecord } from '../../src/metadata/index.ts';

interface InFlight {
  readonly base: number;
  readonly term: Term;
  readonly records: readonly MetadataRecord[];
  readonly settle: (outcome: 'committed' | 'lost') => void;
}

export class FakeMetadataLog implements MetadataLog {
  image: MetadataImage = emptyImage();
  /** All records with their offsets, committed. */
  readonly committed: { readonly base: number; readonly term: Term; readonly records: readonly MetadataRecord[] }[] =
    [];
  /** Commits at once. */
  instant = true;
  refusing = false;
  confirms = 0;
  #controller: Controller | null = null;
  #term: Term | null = null;
  #end = 0;
  #inFlight: InFlight[] = [];

  attach(controller: Controller): void {
    this.#controller = controller;
  }

  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** This node becomes leader of `inTerm`; its no-op is applied at once unless told otherwise. */
  lead(inTerm: number, applyNoOp = true): void {
    this.#term = term(inTerm);
    const start = offset(this.#end);
    this.#end += 1;
    this.#controller?.onLeadership(this.#term, start);
    if (applyNoOp) this.applyNoOp();
  }

  applyNoOp(): void {
    this.#apply(withPosition(this.image, offset(this.#end), this.#term ?? term(0)));
  }

  /** A batch of the core's own (voters): takes an offset, changes nothing. */
  control(): void {
    this.#end += 1;
    if (this.#inFlight.length === 0) this.applyNoOp();
  }

  append(inTerm: Term, records: readonly MetadataRecord[]): Appended | null {
    assert(records.length > 0, 'an append without records');
    if (this.#term !== inTerm || this.refusing) return null;
    const base = offset(this.#end);
    this.#end += records.length;
    const settled = new Promise<'committed' | 'lost'>((settle) => {
      this.#inFlight.push({ base, term: inTerm, records, settle });
    });
    if (this.instant) this.commit();
    return { base, settled };
  }

  confirm(inTerm: Term): Promise<'confirmed' | 'lost'> {
    this.confirms += 1;
    return Promise.resolve(this.#term === inTerm ? 'confirmed' : 'lost');
  }

  /** Commits and applies everything in flight. */
  commit(): void {
    for (const each of this.#inFlight.splice(0)) {
      this.committed.push(each);
      // The controller is inside `append` when commits are instant: it hears of the new image a moment later.
      const image = applyRecords(this.image, each.records, offset(each.base), each.term);
      if (this.instant) queueMicrotask(() => this.#finish(image, each));
      else this.#finish(image, each);
      this.image = image;
    }
  }

  /** Another node took over: what is in flight is lost, the log goes back to what is committed. */
  depose(): void {
    this.#term = null;
    for (const each of this.#inFlight.splice(0)) each.settle('lost');
    this.#end = this.image.end;
    this.#controller?.onLeadershipLost();
  }

  #finish(image: MetadataImage, each: InFlight): void {
    this.#controller?.onApplied(image);
    each.settle('committed');
  }

  #apply(image: MetadataImage): void {
    this.image = image;
    this.#controller?.onApplied(image);
  }
}
