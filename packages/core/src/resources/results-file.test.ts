import { describe, expect, it } from 'vitest';
import { parseResultsFile } from './results-file.js';

const read = (value: unknown) =>
  parseResultsFile(typeof value === 'string' ? value : JSON.stringify(value), 'r.json');

describe('a results file', () => {
  it('is read as the reference writes it, comments included', () => {
    const text = `# of the nightly build
// two accounts
[
  ! one
  { "AccountName": "prod", "Region": "us-east-1", "SnapshotId": "snap-0123456789abcdef0", "AmiId": "ami-0123456789abcdef0", "Size": 4 }
]
`;
    expect(read(text)).toEqual({
      resources: [
        {
          account: 'prod',
          region: 'us-east-1',
          snapshotId: 'snap-0123456789abcdef0',
          imageId: 'ami-0123456789abcdef0',
        },
      ],
      leftOut: [],
    });
  });

  it('is read as we write it', () => {
    const targets = [
      { account: 'prod', region: 'us-east-1', status: 'published', imageId: 'ami-01234567' },
      { account: 'dev', region: 'eu-west-1', status: 'failed', message: 'no unpacker' },
    ];
    expect(read({ version: 1, targets })).toEqual({
      resources: [{ account: 'prod', region: 'us-east-1', imageId: 'ami-01234567' }],
      leftOut: ['dev,eu-west-1 has nothing: no unpacker'],
    });
  });

  it('is read as our list-images writes it, and with accounts that could not be asked', () => {
    const failed = { account: 'dev', region: '*', error: 'no credentials' };
    expect(
      read([{ account: 'prod', region: 'us-east-1', imageId: 'ami-01234567', tags: {} }, failed]),
    ).toEqual({
      resources: [{ account: 'prod', region: 'us-east-1', imageId: 'ami-01234567' }],
      leftOut: ['dev,* has nothing: no credentials'],
    });
    const targets = [{ account: 'dev', region: '*', status: 'failed', message: 'no credentials' }];
    expect(read({ version: 1, targets }).leftOut).toEqual(['dev,* has nothing: no credentials']);
  });

  it('[W66] tells failed entries from good ones, and keeps the ids that a failed one left behind', () => {
    expect(
      read([
        { AccountName: 'prod', Region: 'us-east-1', Error: 'no ImageUnpacker instances found' },
        { AccountName: 'prod', Region: 'us-west-2', SnapshotId: 'snap-01234567', Error: 'register failed' },
      ]),
    ).toEqual({
      resources: [
        { account: 'prod', region: 'us-west-2', snapshotId: 'snap-01234567', error: 'register failed' },
      ],
      leftOut: ['prod,us-east-1 has nothing: no ImageUnpacker instances found'],
    });
  });

  it.each([
    ['empty', ''],
    ['of comments only', '# nothing\n'],
    ['cut short', '[{"AccountName": "prod", "Reg'],
    ['followed by something else', '[] []'],
    ['of another kind', '{"Reservations": []}'],
    ['of a later version', '{"version": 2, "targets": []}'],
    ['with an id that is none', [{ AccountName: 'prod', Region: 'us-east-1', AmiId: 'ami-1; rm' }]],
    ['with an account that means all', [{ AccountName: '*', Region: 'us-east-1', AmiId: 'ami-01234567' }]],
    ['with a region that is none', [{ AccountName: 'prod', Region: '*', AmiId: 'ami-01234567' }]],
    ['without an account', [{ Region: 'us-east-1', AmiId: 'ami-01234567' }]],
    [
      'of a bundle in S3',
      [{ AccountName: 'prod', Region: 'us-east-1', S3Bucket: 'b', AmiId: 'ami-01234567' }],
    ],
  ])('is refused by name when it is %s', (_what, value) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', resource: 'r.json' }),
    );
  });
});
