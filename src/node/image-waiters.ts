/**
 * Those who wait until this node's metadata says something: requests that are answered when what they changed has been
 * applied here too.
 */
import { millis } from '../../raft/index.ts';
import type { Clock } from '../../storage/index.ts';
import type { MetadataImage } from '../metadata/index.ts';

export class ImageWaiters {
  readonly #clock: Clock;
  readonly #image: () => MetadataImage;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock, image: () => MetadataImage) {
    this.#clock = clock;
    this.#image = image;
  }

  /** Resolves true when `applied` holds for the image, false after `timeoutMs`. */
  until(applied: (image: MetadataImage) => boolean, timeoutMs: number): Promise<boolean> {
    if (applied(this.#image())) return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (result: boolean): void => {
        timer.cancel();
        this.#waiting.delete(look);
        resolve(result);
      };
      const look = (): void => {
        if (applied(this.#image())) finish(true);
      };
      const timer = this.#clock.setTimer(millis(Math.max(0, timeoutMs)), () => finish(false));
      this.#waiting.add(look);
    });
  }

  /** A new image was applied. */
  onImage(): void {
    for (const look of [...this.#waiting]) look();
  }
}
