import {
  type AwsClientConfig,
  formatTarget,
  fromAwsError,
  loadClient,
  type Target,
  targetKey,
} from '@ami-publisher/core';
import type { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import type { Inspector2Client } from '@aws-sdk/client-inspector2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SSMClient } from '@aws-sdk/client-ssm';

/** Gives what clients are made with. */
export interface ClientConfigs {
  clientConfig(target: Target): Promise<AwsClientConfig>;
}

interface Loaded<Client, Sdk> {
  readonly client: Client;
  readonly sdk: Sdk;
}

type ImageBuilder = Loaded<ImagebuilderClient, typeof import('@aws-sdk/client-imagebuilder')>;
type Inspector = Loaded<Inspector2Client, typeof import('@aws-sdk/client-inspector2')>;
type S3 = Loaded<S3Client, typeof import('@aws-sdk/client-s3')>;
type Ssm = Loaded<SSMClient, typeof import('@aws-sdk/client-ssm')>;

/** Clients of services that only the orchestrator calls: each is loaded when it is first needed, and made once for each target. */
export class AwsClients {
  readonly #configs: ClientConfigs;
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(configs: ClientConfigs) {
    this.#configs = configs;
  }

  /** @throws `TOOL_MISSING` if the client is not installed, as all that follow. */
  imageBuilder(target: Target): Promise<ImageBuilder> {
    return this.#once('imagebuilder', target, async (config) => {
      const sdk = await load(
        '@aws-sdk/client-imagebuilder',
        'a build or a patch by Image Builder',
        () => import('@aws-sdk/client-imagebuilder'),
      );
      return { sdk, client: new sdk.ImagebuilderClient(config) };
    });
  }

  inspector(target: Target): Promise<Inspector> {
    return this.#once('inspector', target, async (config) => {
      const sdk = await load(
        '@aws-sdk/client-inspector2',
        'a vulnerability scan',
        () => import('@aws-sdk/client-inspector2'),
      );
      return { sdk, client: new sdk.Inspector2Client(config) };
    });
  }

  /** What signs links to objects. */
  presigner(): Promise<typeof import('@aws-sdk/s3-request-presigner')> {
    return load(
      '@aws-sdk/s3-request-presigner',
      'a link to an export',
      () => import('@aws-sdk/s3-request-presigner'),
    );
  }

  s3(target: Target): Promise<S3> {
    return this.#once('s3', target, async (config) => {
      const sdk = await load(
        '@aws-sdk/client-s3',
        'a backup or an export',
        () => import('@aws-sdk/client-s3'),
      );
      return { sdk, client: new sdk.S3Client({ ...config, forcePathStyle: config.endpoint !== undefined }) };
    });
  }

  ssm(target: Target): Promise<Ssm> {
    return this.#once('ssm', target, async (config) => {
      const sdk = await load(
        '@aws-sdk/client-ssm',
        'a command on an instance',
        () => import('@aws-sdk/client-ssm'),
      );
      return { sdk, client: new sdk.SSMClient(config) };
    });
  }

  #once<T>(service: string, target: Target, make: (config: AwsClientConfig) => Promise<T>): Promise<T> {
    const key = `${service} ${targetKey(target)}`;
    const made = this.#made.get(key) as Promise<T> | undefined;
    if (made !== undefined) return made;
    const making = this.#configs.clientConfig(target).then(make);
    this.#made.set(key, making);
    making.catch(() => this.#made.delete(key));
    return making;
  }
}

const load = <T>(name: string, neededBy: string, load: () => Promise<T>): Promise<T> =>
  loadClient({ name, neededBy, otherwise: 'do without it', load });

/** The answer of a call, or its error in our words. */
export const called = async <T>(
  call: string,
  target: Target,
  answer: Promise<T>,
  resource?: string,
): Promise<T> =>
  answer.catch((reason: unknown) => {
    throw fromAwsError(reason, {
      call,
      target: formatTarget(target),
      ...(resource !== undefined && { resource }),
    });
  });
