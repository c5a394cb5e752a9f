import { formatBytes } from '@ami-publisher/base';
import { parseImageName, toText } from '@ami-publisher/image';
import { interruptSignal } from '../../context.js';
import { exitCodes } from '../../exit-codes.js';
import { outputOptionsOf, type TableView, writeResult } from '../../output/render.js';
import { createStatusLine } from '../../progress/status-line.js';
import type { CommandRunner } from '../definition.js';
import { readers, withServer } from './server.js';

interface Verification {
  readonly image: string;
  readonly objects: number;
  readonly bytes: number;
  readonly damage: readonly { readonly kind: string; readonly digest: string; readonly path: string }[];
}

const verifyView: TableView<Verification> = {
  head: ['DAMAGE', 'PATH', 'OBJECT'],
  expendable: ['OBJECT'],
  empty: 'no damage found',
  rows: ({ damage }) =>
    damage.map(({ kind, digest, path }) => [kind.toLowerCase(), path, `${digest.slice(0, 16)}…`]),
  footer: ({ image, objects, bytes, damage }) => [
    `${image}: ${objects} objects, ${formatBytes(bytes)} read, ${damage.length} damaged`,
    ...(damage.length === 0
      ? []
      : [`to mend it, add the same content again: ami-publisher image add ${image} PATH`]),
  ],
};

/** `image verify STREAM/LEAF` */
export const verifyImage: CommandRunner = ([image = ''], options) =>
  withServer(options, readers, async (client) => {
    const line = createStatusLine(options);
    line.show('Verifying');
    let result: Verification = { image, objects: 0, bytes: 0, damage: [] };
    try {
      for await (const progress of client.verifyImage(
        { name: parseImageName(image) },
        { signal: interruptSignal() },
      )) {
        const damage = progress.damage.map(({ kind, digest, path }) => ({
          kind,
          digest,
          path: `/${toText(path)}`,
        }));
        result = {
          image,
          objects: Number(progress.objectsDone),
          bytes: Number(progress.bytesDone),
          damage: [...result.damage, ...damage],
        };
        line.show(
          `Verifying: ${progress.objectsDone}/${progress.objectsTotal} objects, ${formatBytes(result.bytes)}`,
        );
      }
    } finally {
      line.end();
    }
    await writeResult(result, verifyView, outputOptionsOf(options));
    return result.damage.length === 0 ? exitCodes.success : exitCodes.failure;
  });
