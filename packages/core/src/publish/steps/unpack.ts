import { operationId } from '@ami-publisher/base';
import { targetKey } from '../../target/target.js';
import { minuteMs, type PublishContext, type PublishStep } from './step-type.js';

/** The id of a long call; a new lease epoch makes a new operation, since the volume may have changed hands in between. */
export const stepOperationId = (context: PublishContext, step: string): string =>
  operationId(
    context.publicationId,
    `${targetKey(context.target)}/${step}/${context.services.lease.epoch}`,
    context.attempt,
  );

/** Has the unpacker scan the volume. */
export const prepareVolume: PublishStep<'prepare'> = {
  name: 'prepare',
  title: 'Scan volume',
  timeoutMs: 60 * minuteMs,
  run: async (context) => {
    const { services, signal, progress: onProgress } = context;
    await services.unpacker.client.prepareForUnpack(stepOperationId(context, 'prepare'), services.lease, {
      signal,
      onProgress,
    });
    return { scanned: true };
  },
};

/** Has the unpacker make the volume equal to the image. */
export const unpackImage: PublishStep<'unpack'> = {
  name: 'unpack',
  title: 'Unpack image',
  timeoutMs: 120 * minuteMs,
  run: async (context) => {
    const { services, signal, progress: onProgress } = context;
    const { options, manifestDigest } = services.plan;
    const image = { leaf: options.leaf, manifestDigest };
    const { client } = services.unpacker;
    return {
      ...(await client.unpackImage(stepOperationId(context, 'unpack'), image, services.lease, {
        signal,
        onProgress,
      })),
    };
  },
};
