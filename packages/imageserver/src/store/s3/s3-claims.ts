import { randomUUID } from 'node:crypto';
import type { Clock } from '@ami-publisher/base';
import type { Claims } from '../store.js';
import { type Bucket, readText } from './bucket.js';
import { prefixes } from './keys.js';

/** Whoever holds a claim gives up in a quarter of this; what is older was left by a server that was killed. */
const abandonedMs = 20 * 60_000;

/** Claims as keys of the bucket, so that all servers of it see them. */
export class S3Claims implements Claims {
  constructor(
    readonly bucket: Bucket,
    readonly clock: Clock,
  ) {}

  async claim(digests: readonly string[]): Promise<() => Promise<void>> {
    const key = `${prefixes.claims}${randomUUID()}`;
    await this.bucket.put(key, Buffer.from(digests.join('\n')), 'absent');
    return () => this.bucket.remove([key]);
  }

  async overlap(isWanted: (sha512: string) => boolean): Promise<boolean> {
    for await (const { key, storedAtMs } of this.bucket.list(prefixes.claims)) {
      if (this.clock.now() - storedAtMs > abandonedMs) {
        await this.bucket.remove([key]);
        continue;
      }
      const claim = await readText(this.bucket, key);
      if (claim?.text.split('\n').some(isWanted)) return true;
    }
    return false;
  }
}
