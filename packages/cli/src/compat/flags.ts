import type { ReadableFlag } from './go-flags.js';
import { kinds } from './go-values.js';

/** What becomes of a flag in the new form of a call. */
export type NewForm =
  /** An option with the same value. Nothing is said for the value `unless`, which is our default too. */
  | { readonly option: string; readonly unless?: string }
  /** An option for both, as `host:port`. */
  | { readonly option: string; readonly withPort: string }
  /** The port of such an option. */
  | { readonly portOf: string }
  /** An option for each tag. */
  | { readonly eachTag: string }
  /** An option for a duration; nothing is said for what is not above 0 if `aboveZero`. */
  | { readonly duration: string; readonly aboveZero?: true; readonly unless?: string }
  /** Options without a value. */
  | { readonly whenTrue: string }
  | { readonly whenFalse: string }
  /** An environment variable of every AWS client. */
  | { readonly variable: string }
  /** Read, and without effect. */
  | { readonly ignored: string }
  /** Refused if it holds anything but its default. */
  | { readonly refused: string };

/** A flag of the reference (reference 1.3). */
export interface OldFlag extends ReadableFlag {
  /** In the words of the command line; where it is left out, this holds. */
  readonly default: string;
  readonly summary: string;
  readonly becomes: NewForm;
  /** What differs from the reference, beyond the name. */
  readonly difference?: string;
}

const noBundles =
  'AMIs in S3 (instance store) are not made: only instance types of long ago can boot them; publish EBS AMIs';
const ownFirstImage =
  '`copy-bootstrap-image` here needs no instance, and no Marketplace image to boot it from';
const noProfile = 'run `node --cpu-prof` instead';
const logLines = 'what happens is told on standard error, each line with its time';
const ownLimits = 'connections have limits of their own; `--connect-timeout` is the one to set';

/** Every flag that the reference documents, in its order. */
export const oldFlags: readonly OldFlag[] = [
  {
    name: 'version',
    kind: kinds.boolean,
    default: 'false',
    summary: 'print the version',
    becomes: { whenTrue: '--version' },
  },
  {
    name: 'targets',
    kind: kinds.targets,
    default: '*,*',
    summary: 'accounts and regions to work on',
    becomes: { option: '--targets' },
    difference: 'a selection that leaves no target is an error; only the accounts that it names are asked',
  },
  {
    name: 'skipTargets',
    kind: kinds.targets,
    default: '',
    summary: 'targets to leave out',
    becomes: { option: '--skip-targets', unless: '' },
    difference: 'an entry for everything leaves nothing, rather than being passed over in silence',
  },
  {
    name: 'awsCredentialsFile',
    kind: kinds.text,
    default: '',
    summary: 'AWS credentials file; $AWS_CREDENTIAL_FILE, else ~/.aws/credentials',
    becomes: { variable: 'AWS_SHARED_CREDENTIALS_FILE' },
    difference: 'where neither is given, `AWS_SHARED_CREDENTIALS_FILE` counts, as for every AWS client',
  },
  {
    name: 'awsConfigFile',
    kind: kinds.text,
    default: '',
    summary: 'AWS configuration file; $AWS_CONFIG_FILE, else ~/.aws/config',
    becomes: { variable: 'AWS_CONFIG_FILE' },
  },
  {
    name: 'tags',
    kind: kinds.tags,
    default: '',
    summary: 'tags to write',
    becomes: { eachTag: '--tag' },
    difference: '`--tag` may be repeated, and its value may hold `,` and `=`',
  },
  {
    name: 'searchTags',
    kind: kinds.tags,
    default: 'Preferred=true',
    summary: 'tags of the images to look for',
    becomes: { eachTag: '--search-tag' },
    difference: 'the new form has no default',
  },
  {
    name: 'excludeSearchTags',
    kind: kinds.tags,
    default: '',
    summary: 'images that have all of these tags are left out',
    becomes: { eachTag: '--exclude-search-tag' },
  },
  {
    name: 'vpcSearchTags',
    kind: kinds.tags,
    default: 'Preferred=true',
    summary: 'tags of the VPC to launch in',
    becomes: { eachTag: '--vpc-tag' },
  },
  {
    name: 'subnetSearchTags',
    kind: kinds.tags,
    default: 'Network=Private',
    summary: 'tags of the subnet to launch in',
    becomes: { eachTag: '--subnet-tag' },
  },
  {
    name: 'securityGroupSearchTags',
    kind: kinds.tags,
    default: '',
    summary: 'tags of the security group of what is launched',
    becomes: { eachTag: '--security-group-tag' },
  },
  {
    name: 'instanceName',
    kind: kinds.text,
    default: 'ImageUnpacker',
    summary: 'Name tag of instances to find, or to give',
    becomes: { option: '--instance-name', unless: 'ImageUnpacker' },
    difference: '`*` and `?` in it mean themselves, so that no instance of another name is hit',
  },
  {
    name: 'instanceType',
    kind: kinds.text,
    default: 't2.medium',
    summary: 'type of what is launched',
    becomes: { option: '--instance-type' },
  },
  {
    name: 'rootVolumeSize',
    kind: kinds.count,
    default: '0',
    summary: 'GiB of the root volume; 0 = as in the AMI',
    becomes: { option: '--root-volume-size', unless: '0' },
  },
  {
    name: 'sshKeyName',
    kind: kinds.text,
    default: '',
    summary: 'key pair of what is launched',
    becomes: { option: '--key-name', unless: '' },
    difference: 'never taken for a login name',
  },
  {
    name: 'replaceInstances',
    kind: kinds.boolean,
    default: 'false',
    summary: 'launch-instances: replace what is there, rather than leave it',
    becomes: { whenTrue: '--replace-instances' },
    difference: 'the old unpacker is drained, and goes only once the new one answers',
  },
  {
    name: 'imageServerHostname',
    kind: kinds.text,
    default: 'localhost',
    summary: 'host of the image server',
    becomes: { option: '--image-server', withPort: 'imageServerPortNum' },
    difference: 'an image server of ours, which speaks gRPC on that port',
  },
  {
    name: 'imageServerPortNum',
    kind: kinds.count,
    default: '6971',
    summary: 'port of the image server',
    becomes: { portOf: '--image-server' },
  },
  {
    name: 'minFreeBytes',
    kind: kinds.count,
    default: '268435456',
    summary: 'bytes of free room wanted in the AMI',
    becomes: { option: '--min-free', unless: '268435456' },
  },
  {
    name: 'amiName',
    kind: kinds.text,
    default: '',
    summary: 'name of the AMI before escaping; empty = name of the image',
    becomes: { option: '--ami-name', unless: '' },
    difference:
      'checked before anything is made; `{stream}`, `{leaf}`, `{architecture}` and `{date}` are filled in',
  },
  {
    name: 'enaSupport',
    kind: kinds.boolean,
    default: 'false',
    summary: 'mark the AMI for ENA',
    becomes: { whenFalse: '--no-ena-support' },
    difference: 'the new form marks it unless told not to',
  },
  {
    name: 'expiresIn',
    kind: kinds.duration,
    default: '1h',
    summary: 'write the tag ExpiresAt; 0 or less = do not',
    becomes: { duration: '--expires-in', aboveZero: true },
    difference: 'the new form writes it only if asked to',
  },
  {
    name: 'ignoreMissingUnpackers',
    kind: kinds.boolean,
    default: 'false',
    summary: 'publish: leave targets without an unpacker out',
    becomes: { whenTrue: '--ignore-missing-unpackers' },
  },
  {
    name: 's3Bucket',
    kind: kinds.text,
    default: '',
    summary: 'bucket of an instance-store AMI',
    becomes: { refused: noBundles },
  },
  {
    name: 's3Folder',
    kind: kinds.text,
    default: '',
    summary: 'folder in that bucket',
    becomes: { refused: noBundles },
  },
  {
    name: 'sharingAccountName',
    kind: kinds.text,
    default: '',
    summary: 'account that owns and shares the AMIs',
    becomes: { option: '--sharing-account', unless: '' },
  },
  {
    name: 'marketplaceImage',
    kind: kinds.text,
    default: '3f8t6t8fp5m9xx18yzwriozxi',
    summary: 'product code of the image that the first image is copied with',
    becomes: { ignored: ownFirstImage },
  },
  {
    name: 'marketplaceLoginName',
    kind: kinds.text,
    default: 'admin',
    summary: 'login name of that image',
    becomes: { ignored: ownFirstImage },
  },
  {
    name: 'maxIdleTime',
    kind: kinds.duration,
    default: '5m',
    summary: 'unpackers that were idle for longer are stopped',
    becomes: { duration: '--max-idle-time' },
    difference: 'an unpacker that is at work, or that a publication holds a lease on, is never idle',
  },
  {
    name: 'minImageAge',
    kind: kinds.duration,
    default: '24h',
    summary: 'younger images are passed over',
    becomes: { duration: '--min-age' },
  },
  {
    name: 'oldImageInstancesCsvFile',
    kind: kinds.text,
    default: '',
    summary: 'where to write a table of instances of old images',
    becomes: { option: '--old-image-instances-csv', unless: '' },
  },
  {
    name: 'unusedImagesCsvFile',
    kind: kinds.text,
    default: '',
    summary: 'where to write a table of unused images',
    becomes: { option: '--unused-images-csv', unless: '' },
  },
  {
    name: 'certDirectory',
    kind: kinds.text,
    default: '',
    summary: 'folder of client certificates; ~/.ssl',
    becomes: { option: '--certs', unless: '' },
    difference: 'servers are verified with the CA.pem in it; without a certificate no connection is made',
  },
  ...['logDatestamps', 'logSubseconds'].map(
    (name): OldFlag => ({
      name,
      kind: kinds.boolean,
      default: String(name === 'logDatestamps'),
      summary:
        name === 'logDatestamps' ? 'begin lines of the log with the time' : 'and with fractions of seconds',
      becomes: { ignored: logLines },
    }),
  ),
  {
    name: 'logDebugLevel',
    kind: kinds.integer,
    default: '-1',
    summary: 'how much to log; -1 = little',
    becomes: { ignored: `${logLines}; \`--debug\` tells more` },
  },
  {
    name: 'cpuProfileFilename',
    kind: kinds.text,
    default: '',
    summary: 'where to write a profile of the processor time',
    becomes: { ignored: noProfile },
  },
  {
    name: 'srpcDefaultConnectTimeout',
    kind: kinds.duration,
    default: '15s',
    summary: 'limit on setting up a connection',
    becomes: { ignored: ownLimits },
  },
  {
    name: 'srpcDefaultTlsHandshakeTimeout',
    kind: kinds.duration,
    default: '1m',
    summary: 'limit on the TLS handshake',
    becomes: { ignored: ownLimits },
  },
  {
    name: 'srpcDefaultKeepAlivePeriod',
    kind: kinds.duration,
    default: '5m',
    summary: 'time between signs of life',
    becomes: { ignored: ownLimits },
  },
  {
    name: 'srpcProxy',
    kind: kinds.text,
    default: '',
    summary: 'proxy to the daemons',
    becomes: { refused: 'proxies are given in the configuration file (docs/connectors.md)' },
  },
];
