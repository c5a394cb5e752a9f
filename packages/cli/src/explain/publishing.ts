import type { ExplanationsOf } from './explanation.js';

const startUnpacker =
  'start the service (`systemctl status image-unpacker` on the instance), let port 6974 through, or choose the connector that fits the network';

/** Errors of input, of AWS, and of publications. */
export const publishingExplanations = {
  INVALID_OPTION: {
    look: 'the name and the rule in the message; a value may also come from an environment variable',
    remedy: 'give a value that the rule allows; `--help` of the command names defaults and variables',
  },
  INVALID_CONFIGURATION: {
    look: 'the file, and the place in it that the message names',
    remedy: 'correct it; `ami-publisher schema` prints what it may hold, also for editors',
  },
  TARGET_MALFORMED: {
    look: 'the entry of the target list in the message',
    remedy: "write account,region;account,region, in quotes, where * matches: 'prod,us-east-1;dev,*'",
  },
  NO_TARGETS: {
    look: '--targets, --skip-targets, --region and `targets` of the configuration together',
    remedy: 'widen the selection, or configure an account',
  },
  UNKNOWN_ACCOUNT: {
    look: 'the names in the message: `accounts` of the configuration, or else the AWS profiles',
    remedy: 'use one of these names, or add the account',
  },
  REGION_NOT_ENABLED: {
    look: 'the regions of the account in the message',
    remedy: 'correct the name, or enable the region in the account settings',
  },
  CANCELLED: {
    look: 'who interrupted it: Ctrl-C, SIGTERM or a caller',
    remedy: '`ami-publisher resume ID` finishes the publication, `rollback ID` takes it back',
  },
  TIMED_OUT: {
    look: 'what was awaited, and its state in AWS or on the unpacker now',
    remedy: 'resume; if it is only slow, give a longer time where the message names an option',
  },
  INTERNAL: {
    look: 'the same command with --debug',
    remedy: 'report it with the command, the version and the output of --debug',
  },
  CREDENTIALS_MISSING: {
    look: '`ami-publisher doctor`, then `aws sts get-caller-identity --profile NAME`',
    remedy: 'configure the profile (`aws configure sso`), or export credentials',
  },
  CREDENTIALS_EXPIRED: {
    look: 'the profile of the account that the message names',
    remedy: 'log in again (`aws sso login --profile NAME`), then resume',
  },
  ACCESS_DENIED: {
    look: 'the action and the identity in the message; a service control policy may deny as well',
    remedy: 'add the action to the role (docs/iam.md has the policies), then resume',
  },
  AWS_THROTTLED: {
    look: 'what else calls AWS in the account and region',
    remedy: 'wait and resume, lower --concurrency, or ask AWS for a higher rate',
  },
  AWS_UNAVAILABLE: {
    look: 'the network, proxies and VPC endpoints, then https://health.aws.amazon.com',
    remedy: 'resume when AWS answers again; nothing is made twice',
  },
  AWS_NOT_FOUND: {
    look: 'the resource in the message: whether somebody has deleted it, or it is in another region',
    remedy: 'correct the id, or publish anew if a resource of the publication has gone',
  },
  AWS_QUOTA_EXCEEDED: {
    look: 'Service Quotas of the account and region, for what the message names',
    remedy: 'free resources or ask for a higher quota, then resume',
  },
  AWS_REJECTED: {
    look: "AWS's own words in the message",
    remedy: 'change the option that they are about; a repetition ends the same way',
  },
  AWS_UNEXPECTED_ANSWER: {
    look: 'the endpoint: a proxy or another AWS may have answered',
    remedy: 'correct --endpoint-url; if it is AWS, report it',
  },
  RESOURCE_FAILED: {
    look: 'the resource in the console of AWS, with the reason of its state',
    remedy: 'roll back and publish again; for an encrypted volume look at its key first',
  },
  AMI_IN_USE: {
    look: '`ami-publisher list-used-images`, which names what uses it',
    remedy: 'end that use first, or leave the AMI',
  },
  AMI_NOT_SHARABLE: {
    look: 'whether the AMI is disabled, and the policy of the key of its snapshots',
    remedy:
      'enable it, or have it encrypted by a customer managed key whose policy admits the others (docs/sharing.md)',
  },
  AMI_PROTECTED: {
    look: 'deregistration protection of the AMI, and the recovery points of AWS Backup',
    remedy: 'take the protection off, or delete the recovery point in AWS Backup',
  },
  PLAN_OUTDATED: {
    look: 'who else works on the resource in the message',
    remedy: 'run the command again: it plans anew',
  },
  AMI_NAME_TAKEN: {
    look: 'the AMI of that name in the account and region',
    remedy: 'publish another leaf, choose another --ami-name, or deregister that AMI',
  },
  UNPACKER_NOT_FOUND: {
    look: '`ami-publisher list-unpackers`, and the Name tag of the instance',
    remedy: 'launch one (docs/first-fleet.md), tag it, or name another by --instance-name',
  },
  UNPACKER_UNREACHABLE: {
    look: '`ami-publisher doctor`, the security group, and the connector of the target',
    remedy: startUnpacker,
  },
  UNPACKER_ADDRESS_MISSING: {
    look: 'the connector of the target, and the addresses of the instance',
    remedy: 'choose another connector, or give the instance such an address (docs/connectors.md)',
  },
  UNPACKER_BUSY: {
    look: '`ami-publisher unpacker status` for the publication that it works for',
    remedy: 'wait until that has ended',
  },
  UNPACKER_FAILED: {
    look: "the unpacker's log: `journalctl -u image-unpacker`",
    remedy: 'mend what it names, then resume',
  },
  LEASE_HELD: {
    look: 'the publication in the message, and whether it still runs',
    remedy: 'let it end or roll it back; the lease of one that died ends after 60 s',
  },
  LEASE_LOST: {
    look: 'whether this machine stood still, or another took the publication over',
    remedy: 'resume, on one machine only',
  },
  CAPTURE_NOT_CONFIRMED: {
    look: 'who else writes to the volume',
    remedy: 'resume; the snapshot was deleted and is taken again',
  },
  DRAINING: {
    look: '`ami-publisher unpacker status`, and who drains it',
    remedy: 'wait until the draining ends, or restart the service',
  },
  NOT_SEALABLE: {
    look: 'the state of the stream in `ami-publisher unpacker status`',
    remedy: 'unpack the image again; resuming does',
  },
  RAW_UNAVAILABLE: {
    look: 'the driver of the unpacker: `directory` has no disks',
    remedy: 'use an unpacker with the driver block (docs/unpacker.md)',
  },
  EXPORT_FAILED: {
    look: "the destination, and the policy of the instance's role",
    remedy: 'allow the role to write there (docs/unpacker.md), or name another destination',
  },
  DEVICE_NOT_FOUND: {
    look: 'whether the volume is attached to the instance, and as what',
    remedy: 'attach it, then repeat',
  },
  DEVICE_IN_USE: {
    look: '`ami-publisher unpacker status`: whose the volume is',
    remedy: 'use another volume, or wipe it by `unpacker claim-device --force`',
  },
  OPERATION_NOT_FOUND: {
    look: 'the id; an unpacker forgets operations that ended long ago',
    remedy: 'resume the publication, which begins it again',
  },
  STATE_DAMAGED: {
    look: 'the files in the state folder that the message names',
    remedy: 'restore one, or move both away and add the volumes again (docs/unpacker.md)',
  },
  NO_SPACE: {
    look: 'the size of the volume or folder in the message, in bytes and in inodes',
    remedy: 'free or add room, then resume; `--min-free` has the publisher make larger volumes',
  },
} as const satisfies ExplanationsOf<string>;
