import type { Target } from '@ami-publisher/core';
import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { called } from '../../aws/aws-clients.js';
import type { ExecutorServices } from '../services.js';

type Sdk = typeof import('@aws-sdk/client-imagebuilder');

/** A call of Image Builder in one target. */
export type ImageBuilderCall = <T>(
  action: string,
  resource: string,
  send: (client: ImagebuilderClient, sdk: Sdk, how: { readonly abortSignal: AbortSignal }) => Promise<T>,
) => Promise<T>;

/** Calls Image Builder; its errors come in our words. */
export const imageBuilderCalls =
  ({ clients }: Pick<ExecutorServices, 'clients'>, target: Target, signal: AbortSignal): ImageBuilderCall =>
  async (action, resource, send) => {
    const { sdk, client } = await clients.imageBuilder(target);
    return called(`imagebuilder:${action}`, target, send(client, sdk, { abortSignal: signal }), resource);
  };

/** AWS's name of the error behind one of ours. */
export const causeOf = (reason: unknown): string | undefined =>
  (reason as { readonly cause?: { readonly name?: string } }).cause?.name;

/** What is gone is as good as removed. */
export const unlessGone = (reason: unknown): undefined => {
  if (causeOf(reason) === 'ResourceNotFoundException') return undefined;
  throw reason;
};
