import { AmiPublisherError } from '@ami-publisher/base';
import { fromAwsError } from '../cloud/aws-error.js';
import { loadClient } from '../cloud/optional-client.js';

/** Where the AWS account is that a lifecycle server was deployed to. */
export interface StackServicesOptions {
  /** @default what the AWS SDK finds: `AWS_REGION`, then the profile's */
  readonly region?: string | undefined;
  /** AWS profile. @default what the AWS SDK finds */
  readonly profile?: string | undefined;
  /** Another AWS, such as the sandbox. @default AWS's own */
  readonly endpoint?: string | undefined;
}

interface ServiceCall {
  readonly signal?: AbortSignal | undefined;
}

/** What is asked of the AWS account of a lifecycle server. Every client is loaded at its first call. */
export interface StackServices {
  /** The outputs of a stack of CloudFormation; undefined if there is no such stack. */
  stackOutputs(stackName: string, call: ServiceCall): Promise<Readonly<Record<string, string>> | undefined>;
  /** The text of a secret of Secrets Manager; undefined if there is none. */
  secret(name: string, call: ServiceCall): Promise<string | undefined>;
  /** Writes an object of S3. */
  putObject(bucket: string, key: string, body: Uint8Array, call: ServiceCall): Promise<void>;
}

/** An endpoint that takes a connection and stays silent would hang the caller for ever. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 20_000, throwOnRequestTimeout: true };

/** What is given to every client: all of these calls may be repeated. */
const clientConfig = ({ region, profile, endpoint }: StackServicesOptions) => ({
  maxAttempts: 6,
  requestHandler,
  ...(region !== undefined && { region }),
  ...(profile !== undefined && { profile }),
  ...(endpoint !== undefined && { endpoint }),
});

/** What whoever has no such deployment can do. */
export const otherwise = 'give the server and its key themselves (--server, --api-key-file)';

/** The services through the AWS SDK. */
export const createStackServices = (options: StackServicesOptions): StackServices => ({
  stackOutputs: async (stackName, { signal }) => {
    const sdk = await loadClient({
      name: '@aws-sdk/client-cloudformation',
      neededBy: 'finding a lifecycle server by its stack',
      otherwise,
      load: () => import('@aws-sdk/client-cloudformation'),
    });
    const client = new sdk.CloudFormationClient(clientConfig(options));
    const command = new sdk.DescribeStacksCommand({ StackName: stackName });
    const site = { call: 'cloudformation:DescribeStacks', resource: stackName };
    const answer = await ended(client, client.send(command, how(signal)), site, isNoStack);
    const outputs = answer?.Stacks?.[0]?.Outputs ?? [];
    return (
      answer && Object.fromEntries(outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
    );
  },
  secret: async (name, { signal }) => {
    const sdk = await loadClient({
      name: '@aws-sdk/client-secrets-manager',
      neededBy: 'finding the key of a lifecycle server',
      otherwise,
      load: () => import('@aws-sdk/client-secrets-manager'),
    });
    const client = new sdk.SecretsManagerClient(clientConfig(options));
    const site = { call: 'secretsmanager:GetSecretValue', resource: name };
    const command = new sdk.GetSecretValueCommand({ SecretId: name });
    const answer = await ended(client, client.send(command, how(signal)), site, isNoSecret);
    return answer?.SecretString;
  },
  putObject: async (bucket, key, body, { signal }) => {
    const sdk = await loadClient({
      name: '@aws-sdk/client-s3',
      neededBy: 'uploading a patch component',
      otherwise: 'upload it yourself, and name it as s3://BUCKET/KEY',
      load: () => import('@aws-sdk/client-s3'),
    });
    const paths = options.endpoint === undefined ? {} : { forcePathStyle: true };
    const client = new sdk.S3Client({ ...clientConfig(options), followRegionRedirects: true, ...paths });
    const command = new sdk.PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: 'application/yaml',
    });
    const site = { call: 's3:PutObject', resource: `s3://${bucket}/${key}` };
    await ended(client, client.send(command, how(signal)), site, () => false);
  },
});

const how = (signal: AbortSignal | undefined) => ({ ...(signal && { abortSignal: signal }) });

/** A stack that is not there has no error of its own. */
const isNoStack = (reason: unknown): boolean =>
  reason instanceof Error && reason.name === 'ValidationError' && /does not exist/.test(reason.message);

const isNoSecret = (reason: unknown): boolean =>
  reason instanceof Error && reason.name === 'ResourceNotFoundException';

/** The answer; undefined where the error says no more than that the resource is not there. */
const ended = async <T>(
  client: { destroy(): void },
  answer: Promise<T>,
  site: { readonly call: string; readonly resource: string },
  isAbsent: (reason: unknown) => boolean,
): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (reason) {
    if (isAbsent(reason)) return undefined;
    if (reason instanceof Error && reason.message === 'Region is missing') throw noRegion(site, reason);
    throw fromAwsError(reason, site);
  } finally {
    client.destroy();
  }
};

const noRegion = (site: { readonly call: string; readonly resource: string }, cause: Error) =>
  new AmiPublisherError('INVALID_OPTION', {
    ...site,
    message: 'the AWS region to look for the lifecycle server in is not known',
    remedy: `name it (--region, AWS_REGION), or ${otherwise}`,
    cause,
  });
