import { type ExplainedPolicy, may } from './policy.js';
import { arns } from './resources.js';

const ownCertificate = may(
  'OwnCertificate',
  ['secretsmanager:GetSecretValue'],
  'arn:aws:secretsmanager:REGION:ACCOUNT:secret:ami-publisher/unpacker-??????',
  'Fetches the certificate at boot.',
);

/** The statement for exports to S3, which an unpacker without exports has no use for. */
export const exportStatement = may(
  'WriteExports',
  ['s3:AbortMultipartUpload', 's3:PutObject'],
  'arn:aws:s3:::BUCKET/PREFIX/*',
  'Writes exports, and nothing else.',
);

/** For the role of an unpacker's instance; docs/unpacker.md shows it. Words in capitals are for the reader to replace. */
export const instancePolicy: ExplainedPolicy = {
  title: 'Role of the instance',
  about: 'Only for the certificate and, if there are any, exports to S3.',
  statements: [ownCertificate, exportStatement],
};

/** Where the secret has a customer managed key. */
export const secretKeyStatement = may(
  'ReadSecretKey',
  ['kms:Decrypt'],
  'arn:aws:kms:REGION:ACCOUNT:key/KEY-ID',
  'Decrypts the certificate, through Secrets Manager only.',
  { StringEquals: { 'kms:ViaService': 'secretsmanager.REGION.amazonaws.com' } },
);

/** What the agent of Systems Manager needs for sessions, without the parameters that `AmazonSSMManagedInstanceCore` lets it read (Systems Manager user guide, "Step 2: Verify or add instance permissions for Session Manager"). */
export const agentStatements = [
  may(
    'TellOfItself',
    ['ssm:UpdateInstanceInformation'],
    arns.instance,
    'Lets Systems Manager know that the agent is there.',
  ),
  may(
    'TalkToSessionManager',
    [
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    '*',
    'Sessions with the connector `ssm`; none of these actions can be narrowed to a resource.',
  ),
];
