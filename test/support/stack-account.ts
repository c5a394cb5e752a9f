import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An AWS account as a deployment of a lifecycle server left it: a stack's outputs, secrets, and a bucket. */
export interface StackAccount {
  readonly outputs: Record<string, string>;
  readonly secrets: Map<string, string>;
  /** By `/BUCKET/KEY`. */
  readonly objects: Map<string, string>;
  /** What AWS's SDK is told to find it by. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const stackName = 'AmiLifecycle';

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

/** Starts one on loopback that speaks as much of CloudFormation, Secrets Manager and S3 as finding a server takes. */
export const startStackAccount = async (): Promise<StackAccount> => {
  const account = {
    outputs: {} as Record<string, string>,
    secrets: new Map<string, string>(),
    objects: new Map<string, string>(),
  };
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    if (request.method === 'PUT') {
      account.objects.set(decodeURIComponent(request.url?.split('?')[0] ?? ''), body);
      response.end();
    } else if (request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue') {
      tellSecret(response, account.secrets.get(JSON.parse(body).SecretId));
    } else tellStack(response, new URLSearchParams(body).get('StackName'), account.outputs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...account,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};

const tellSecret = (response: ServerResponse, SecretString: string | undefined): void => {
  const status = SecretString === undefined ? 400 : 200;
  const answer = SecretString === undefined ? { __type: 'ResourceNotFoundException' } : { SecretString };
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
};

const tellStack = (
  response: ServerResponse,
  name: string | null,
  outputs: Readonly<Record<string, string>>,
): void => {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
  const fault = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${name} does not exist</Message></Error></ErrorResponse>`;
  const isThere = name === stackName;
  response.writeHead(isThere ? 200 : 400, { 'content-type': 'text/xml' }).end(isThere ? stack : fault);
};
