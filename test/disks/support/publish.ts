import type { OperationMessage, UnpackerRpcClient } from '@ami-publisher/protocol';
import { type Release, stream } from './releases.js';

/** Follows a long call to its end. @throws what it ends with. */
export const followed = async (messages: AsyncIterable<OperationMessage>): Promise<OperationMessage> => {
  let last: OperationMessage | undefined;
  for await (const message of messages) last = message;
  if (last?.state !== 'SUCCEEDED') throw new Error(`the operation ended as ${last?.state}`);
  return last;
};

/** The ids of a publication's operations. */
export const operationIds = (
  publication: string,
): Readonly<Record<'prepare' | 'unpack' | 'capture', string>> => ({
  prepare: `${publication}/prepare`,
  unpack: `${publication}/unpack`,
  capture: `${publication}/capture`,
});

/** Takes the stream for a publication, from an earlier holder of the same publication if need be. */
export const takeStream = async (client: UnpackerRpcClient, publication: string) => {
  const { epoch } = await client.acquireLease({ stream, publication, holder: 'test:1' });
  return { stream, publication, epoch };
};

/**
 * Publishes a release as far as the unpacker is concerned. Resuming is the same again.
 *
 * @returns the digest of what was sealed.
 */
export const publish = async (
  client: UnpackerRpcClient,
  publication: string,
  { leaf, manifestDigest }: Release,
): Promise<string> => {
  const lease = await takeStream(client, publication);
  const ids = operationIds(publication);
  await followed(client.prepareForUnpack({ lease, operationId: ids.prepare }));
  await followed(client.unpackImage({ lease, operationId: ids.unpack, leaf, manifestDigest }));
  const { captured } = await followed(client.prepareForCapture({ lease, operationId: ids.capture }));
  const confirmed = await client.confirmCapture({ lease, generation: Number(captured?.generation) });
  await client.releaseLease({ lease });
  return confirmed.manifestDigest;
};
