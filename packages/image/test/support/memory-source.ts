import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import type { ImageSource, ObjectPiece } from '../../src/index.js';

/** Objects in memory, by digest. */
export class MemorySource implements Pick<ImageSource, 'getObjects'> {
  readonly objects = new Map<string, Buffer>();
  /** Digests asked for, in order. */
  readonly asked: string[] = [];

  constructor(readonly pieceBytes = 64 * 1024) {}

  add(content: Buffer): string {
    const sha512 = createHash('sha512').update(content).digest('hex');
    this.objects.set(sha512, content);
    return sha512;
  }

  /** Adds the content of every regular file of a tree. */
  addTree(root: string): this {
    const pending = [Buffer.from(root)];
    for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
      const stat = lstatSync(place, { bigint: true });
      if (stat.isFile()) this.add(readFileSync(place));
      if (!stat.isDirectory()) continue;
      for (const name of readdirSync(place, { encoding: 'buffer' }))
        pending.push(Buffer.concat([place, Buffer.from('/'), name]));
    }
    return this;
  }

  async *getObjects(digests: readonly string[]): AsyncGenerator<ObjectPiece> {
    for (const sha512 of digests) {
      this.asked.push(sha512);
      const content = this.objects.get(sha512);
      if (content === undefined) return;
      for (let at = 0; at < content.length; at += this.pieceBytes) {
        yield { sha512, size: content.length, data: content.subarray(at, at + this.pieceBytes) };
      }
    }
  }
}
