import { type Sandbox, startSandbox } from '@ami-publisher/sandbox';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

describe('The HTTP front', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());

  /** A signed request without any client's knowledge of what is valid. */
  const post = async (service: 'ec2' | 'sts', body: string): Promise<Answer> => {
    const { hostname, host, protocol } = new URL(sandbox.endpoint);
    const signer = new SignatureV4({
      credentials: sandbox.accounts[0]!,
      region: 'us-east-1',
      service,
      sha256: Hash.bind(null, 'sha256'),
    });
    const headers = { host, 'content-type': 'application/x-www-form-urlencoded' };
    const signed = await signer.sign({
      method: 'POST',
      protocol,
      hostname,
      path: '/',
      query: {},
      headers,
      body,
    });
    const response = await fetch(sandbox.endpoint, { method: 'POST', headers: signed.headers, body });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.text(),
    };
  };

  const ec2 = (parameters: string) => post('ec2', `Version=2016-11-15&${parameters}`);
  const codeOf = ({ body }: Answer): string | undefined => /<Code>([^<]+)<\/Code>/.exec(body)?.[1];

  test.each([
    ['Action=MakeCoffee', 'InvalidAction'],
    ['Action=RunScheduledInstances', 'InvalidAction'],
    ['Size=1', 'MissingParameter'],
    ['Action=DescribeVolumes&Colour=red', 'UnknownParameter'],
    ['Action=DescribeVolumes&Filter.x.Name=status', 'UnknownParameter'],
    ['Action=DescribeVolumes&Filter.1.Name.2=status', 'UnknownParameter'],
    ['Action=DescribeVolumes&MaxResults=many', 'InvalidParameterValue'],
    ['Action=DescribeVolumes&DryRun=maybe', 'InvalidParameterValue'],
    ['Action=EnableImageDeprecation&DeprecateAt=tomorrow', 'InvalidParameterValue'],
  ])('[WIRE-2] The request %s is refused with %s', async (parameters, code) => {
    expect(codeOf(await ec2(parameters))).toBe(code);
  });

  test('[WIRE-2] Another version of the API is refused', async () => {
    expect(codeOf(await post('ec2', 'Version=2006-01-01&Action=DescribeVolumes'))).toBe('NoSuchVersion');
    expect(codeOf(await post('sts', 'Version=2016-11-15&Action=GetCallerIdentity'))).toBe('NoSuchVersion');
  });

  test('[WIRE-3] EC2 answers errors in its own shape', async () => {
    const answer = await ec2('Action=DescribeVolumes&VolumeId.1=vol-00000000000000000');
    expect(answer).toMatchObject({ status: 400, type: 'text/xml;charset=UTF-8' });
    expect(answer.body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Response><Errors><Error><Code>InvalidVolume.NotFound<\/Code><Message>The volume 'vol-0+' does not exist.<\/Message><\/Error><\/Errors><RequestID>[\w-]{36}<\/RequestID><\/Response>$/,
    );
  });

  test('[WIRE-3] STS answers errors in its own shape', async () => {
    const answer = await post('sts', 'Version=2011-06-15&Action=AssumeRole&RoleArn=x&RoleSessionName=name');
    expect(answer.status).toBe(403);
    expect(answer.body).toMatch(
      /<ErrorResponse xmlns="[^"]+"><Error><Type>Sender<\/Type><Code>AccessDenied<\/Code><Message>.+<\/Message><\/Error><RequestId>[\w-]{36}<\/RequestId><\/ErrorResponse>$/,
    );
  });

  test('[WIRE-3] An action without output answers true', async () => {
    const created = await ec2('Action=CreateVolume&AvailabilityZone=us-east-1a&Size=1');
    const volumeId = /<volumeId>([^<]+)</.exec(created.body)![1];
    const tagged = await ec2(`Action=CreateTags&ResourceId.1=${volumeId}&Tag.1.Key=a&Tag.1.Value=b`);
    expect(tagged.body).toMatch(
      /<CreateTagsResponse xmlns="[^"]+"><requestId>[\w-]{36}<\/requestId><return>true<\/return>/,
    );
  });

  test('[WIRE-3] Refusals and dry runs have their own HTTP status', async () => {
    expect((await ec2('Action=DescribeVolumes&DryRun=true')).status).toBe(412);
    sandbox.model.denyAction('111111111111', 'DescribeVolumes');
    expect((await ec2('Action=DescribeVolumes')).status).toBe(403);
    sandbox.model.allowAction('111111111111', 'DescribeVolumes');
    sandbox.model.setCredentialState('111111111111', 'disabled');
    expect((await ec2('Action=DescribeVolumes')).status).toBe(401);
    sandbox.model.setCredentialState('111111111111', 'valid');
  });

  test('[WIRE-4] A body over 1 MiB is refused', async () => {
    expect(await ec2(`Action=DescribeVolumes&Colour=${'x'.repeat(1024 * 1024)}`)).toMatchObject({
      status: 413,
    });
  });
});
