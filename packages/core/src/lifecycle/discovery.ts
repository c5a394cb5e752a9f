import { createHash } from 'node:crypto';
import { AmiPublisherError } from '@ami-publisher/base';
import type { LifecycleConnection } from './connection.js';
import type { LifecycleOperation } from './routes.js';
import {
  createStackServices,
  otherwise,
  type StackServices,
  type StackServicesOptions,
} from './stack-services.js';

export interface LifecycleDiscoveryOptions extends StackServicesOptions {
  /** Stack of CloudFormation that the server was deployed by. @default 'AmiLifecycle' */
  readonly stackName?: string | undefined;
  /** What finds it. @default AWS, through its SDK */
  readonly services?: StackServices | undefined;
}

/** Names of the secrets with the keys, below `/ami-lifecycle/api-keys/`, as deployments of the original have them. */
const secretNames: Readonly<Partial<Record<LifecycleOperation, string>>> = {
  'creation:post': 'ami_creation_post_api_key',
  'creation:put': 'ami_creation_put_api_key',
  'creation:certify': 'ami_creation_qa_certification_key',
  'creation:approve': 'ami_creation_mark_for_production_key',
  'creation:timeline': 'ami_creation_timeline_api_key',
  'patch:post': 'ami_patch_post_api_key',
  'patch:put': 'ami_patch_put_api_key',
  'patch:approve': 'ami_patch_mark_for_production_key',
  'patch:timeline': 'ami_patch_timeline_api_key',
  status: 'ami_creation_status_api_key',
};

/** The secret that clients look for the key of an operation in; undefined for operations that the original has no key for. */
export const apiKeySecret = (operation: LifecycleOperation): string | undefined => {
  const name = secretNames[operation];
  return name === undefined ? undefined : `/ami-lifecycle/api-keys/${name}`;
};

const endpointOutput = 'amiOrchestratorApiGatewayUrl';
const bucketOutput = 'amiLifecyclePatchComponentBucket';

/**
 * Finds a lifecycle server by the stack that it was deployed with: its URL and bucket among the stack's outputs, its keys in Secrets Manager. What
 * was found is kept.
 */
export class LifecycleDiscovery {
  readonly #stackName: string;
  readonly #services: StackServices;
  readonly #secrets = new Map<string, string>();
  #outputs: Readonly<Record<string, string>> | undefined;

  constructor({ stackName = 'AmiLifecycle', services, ...place }: LifecycleDiscoveryOptions = {}) {
    this.#stackName = stackName;
    this.#services = services ?? createStackServices(place);
  }

  /**
   * The server, with keys sent as the original takes them; each key is fetched when an operation first needs it.
   *
   * @throws `AWS_NOT_FOUND` if there is no such stack, or it has no server; what AWS refuses.
   */
  async connection(signal?: AbortSignal): Promise<LifecycleConnection> {
    const endpoint = await this.#output(endpointOutput, signal);
    return { endpoint, legacy: true, apiKey: (operation, ofCall) => this.apiKey(operation, ofCall) };
  }

  /**
   * The key for an operation.
   *
   * @throws `AWS_NOT_FOUND` if there is none.
   */
  async apiKey(operation: LifecycleOperation, signal?: AbortSignal): Promise<string> {
    const path = apiKeySecret(operation);
    if (path === undefined) throw noKeyFor(operation);
    const key = this.#secrets.get(path) ?? (await this.#services.secret(path, { signal }));
    if (key === undefined) throw noSecret(path);
    this.#secrets.set(path, key);
    return key;
  }

  /**
   * Where a component document goes: `s3://BUCKET/LIFECYCLE/DIGEST/NAME`, so that two documents never share a key, and the same one goes to the
   * same key.
   *
   * @param bucket @default the stack's
   */
  async componentUrl(
    component: { readonly lifecycleId: string; readonly name: string; readonly content: Uint8Array },
    { bucket, signal }: { readonly bucket?: string | undefined; readonly signal?: AbortSignal } = {},
  ): Promise<string> {
    const digest = createHash('sha256').update(component.content).digest('hex');
    const name = component.name.replace(/[^\w.-]/g, '-');
    const at = bucket ?? (await this.#output(bucketOutput, signal));
    return `s3://${at}/${component.lifecycleId}/${digest}/${name}`;
  }

  /** Uploads a component document to its URL. */
  async uploadComponent(url: string, content: Uint8Array, signal?: AbortSignal): Promise<void> {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
    await this.#services.putObject(bucket, key, content, { signal });
  }

  async #output(name: string, signal: AbortSignal | undefined): Promise<string> {
    this.#outputs ??= await this.#services.stackOutputs(this.#stackName, { signal });
    if (this.#outputs === undefined) throw noStack(this.#stackName);
    const value = this.#outputs[name];
    if (value === undefined) throw noOutput(this.#stackName, name);
    return value;
  }
}

const noStack = (stackName: string): AmiPublisherError =>
  new AmiPublisherError('AWS_NOT_FOUND', {
    message: `there is no stack ${stackName} here to find the lifecycle server by`,
    resource: stackName,
    remedy: `name the stack, the region or the profile it is in (--stack-name, --region, --profile), or ${otherwise}`,
  });

const noOutput = (stackName: string, output: string): AmiPublisherError =>
  new AmiPublisherError('AWS_NOT_FOUND', {
    message: `the stack ${stackName} has no output ${output}`,
    resource: stackName,
    remedy: `see that it is the stack of a lifecycle server, or ${otherwise}`,
  });

const noSecret = (name: string): AmiPublisherError =>
  new AmiPublisherError('AWS_NOT_FOUND', {
    message: `Secrets Manager has no secret ${name}, which would be the key`,
    resource: name,
    remedy: `look for it in the account and region of the stack, or ${otherwise}`,
  });

const noKeyFor = (operation: LifecycleOperation): AmiPublisherError =>
  new AmiPublisherError('INVALID_OPTION', {
    message: `servers that are found by their stack have no key for ${operation}`,
    remedy: otherwise,
  });
