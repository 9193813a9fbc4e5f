/**
 * Tells which topics an applied image has removed: known to the image before, and not to this one. A topic that an image
 * merely does not know yet is never told.
 */
import type { MetadataImage } from '../metadata/index.ts';

export class RemovedTopics {
  #before: MetadataImage['topicsById'] = new Map();

  /** Name and id of each; images come in order. */
  after(image: MetadataImage): readonly { readonly name: string; readonly id: string }[] {
    const before = this.#before;
    this.#before = image.topicsById;
    if (before === image.topicsById) return [];
    return [...before.values()].filter(({ id }) => !image.topicsById.has(id));
  }
}
