import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { storeContract } from '../../packages/imageserver/test/support/contract.js';
import { type Moto, startMoto } from '../support/moto.js';

const environment = {
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: 'us-east-1',
};

describe('a bucket of S3 as store', () => {
  let moto: Moto;
  let stores = 0;

  beforeAll(async () => {
    moto = await startMoto();
    Object.assign(process.env, environment, { AWS_ENDPOINT_URL_S3: moto.endpoint });
    const client = new S3Client({ endpoint: moto.endpoint, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'images' }));
    client.destroy();
  });

  afterAll(async () => {
    for (const variable of [...Object.keys(environment), 'AWS_ENDPOINT_URL_S3']) delete process.env[variable];
    await moto.close();
  });

  storeContract(() => {
    stores += 1;
    return { store: `s3://images/store-${stores}` };
  });
});
