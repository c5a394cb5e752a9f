import type { OldResults } from './old-results.js';

/** A sub-command of the reference (reference 3). It has the same name in the new form. */
export interface OldCommand {
  readonly name: string;
  /** As its usage text has them; `[x]` may be left out, and `...` repeats. */
  readonly arguments: readonly string[];
  /** The flags that it reads; it passes over all others. */
  readonly flags: readonly string[];
  /** Flags that the reference reads and the new form has no use for, and why. */
  readonly unneeded?: { readonly flags: readonly string[]; readonly why: string };
  /** What its errors begin with, after `error`. */
  readonly doing: string;
  /** What the new form needs to do what the reference does without being told. */
  readonly added?: readonly string[];
  /** What it prints. @default nothing */
  readonly prints?: () => Promise<OldResults>;
  /** What differs from the reference, beyond what the flags say. */
  readonly difference?: string;
}

const targets = ['targets', 'skipTargets'];
const fleet = [...targets, 'instanceName'];
const daemons = [...fleet, 'certDirectory', 'srpcProxy'];
const images = [...targets, 'searchTags', 'excludeSearchTags'];
const network = ['vpcSearchTags', 'subnetSearchTags', 'securityGroupSearchTags'];
const launch = [...network, 'instanceName', 'instanceType', 'rootVolumeSize', 'sshKeyName', 'tags'];
const old = () => import('./old-results.js');
const oldImages = () => import('./old-images.js');

/** All 23, by name. */
export const oldCommands: readonly OldCommand[] = [
  {
    name: 'add-volumes',
    arguments: ['size-in-GiB'],
    flags: [...daemons, 'tags'],
    doing: 'adding volumes',
    difference: 'sizes are checked',
  },
  {
    name: 'copy-bootstrap-image',
    arguments: ['stream-name'],
    flags: [...targets, 'tags'],
    unneeded: {
      flags: [...network, 'instanceName', 'instanceType', 'sshKeyName', 'certDirectory', 'srpcProxy'],
      why: 'the snapshot of an AMI is copied, and no instance is launched or asked',
    },
    doing: 'copying bootstrap image',
    difference:
      'copies the snapshot of the newest AMI whose release is known, from the nearest place on the map, in place of a volume by SSH; between accounts it has to be under a customer managed KMS key; the copy is encrypted, with ENA as its source; a target that fails is told, and is status 1',
  },
  {
    name: 'delete',
    arguments: ['results-file...'],
    flags: [],
    doing: 'deleting resources',
    added: ['--now', '--yes'],
    difference: 'bundles in S3 are refused; what another AMI still uses is kept, and said so',
  },
  {
    name: 'delete-tags',
    arguments: ['tag-key', 'results-file...'],
    flags: [],
    doing: 'deleting tags for resources',
    added: ['--yes'],
  },
  {
    name: 'delete-tags-on-unpackers',
    arguments: ['tag-key'],
    flags: fleet,
    doing: 'deleting tags on unpackers',
    added: ['--yes'],
  },
  {
    name: 'delete-unused-images',
    arguments: [],
    flags: [...images, 'minImageAge'],
    doing: 'deleting unused images',
    added: ['--glob', '--keep-last=0', '--now', '--yes'],
    prints: async () => (await oldImages()).deletedImages,
    difference:
      'much more counts as use; each image is looked at again before it goes; more than 100 are refused; images are told by their ids',
  },
  {
    name: 'expire',
    arguments: [],
    flags: targets,
    doing: 'expiring resources',
    added: ['--yes'],
    difference: 'what fails is told, and is status 1; nothing that belongs to others is touched',
  },
  {
    name: 'import-key-pair',
    arguments: ['name', 'pub-key-file'],
    flags: targets,
    doing: 'importing key pair',
    difference: 'another key of that name is an error',
  },
  {
    name: 'launch-instances',
    arguments: ['boot-image'],
    flags: [...targets, ...launch, 'searchTags', 'replaceInstances', 'certDirectory', 'srpcProxy'],
    doing: 'launching instances',
    added: ['--wait=unpacker', '--yes'],
    prints: async () => (await old()).instances,
  },
  {
    name: 'launch-instances-for-images',
    arguments: ['[results-file...]'],
    flags: [...launch, 'expiresIn'],
    doing: 'launching instances',
    prints: async () => (await old()).instances,
    difference: 'files with failed entries are refused before anything is launched',
  },
  {
    name: 'list-images',
    arguments: [],
    flags: [...images, 'minImageAge'],
    doing: 'listing images',
    added: ['--glob'],
    prints: async () => (await oldImages()).listedImages,
  },
  {
    name: 'list-streams',
    arguments: [],
    flags: targets,
    doing: 'listing streams',
    prints: async () => (await old()).streamNames,
    difference:
      'reads the tags of volumes and starts nothing, so `-instanceName` does not matter; a target that fails is status 1',
  },
  {
    name: 'list-unpackers',
    arguments: [],
    flags: daemons,
    doing: 'listing unpackers',
    prints: async () => (await old()).unpackers,
    difference: 'a target that fails is status 1',
  },
  {
    name: 'list-unused-images',
    arguments: [],
    flags: [...images, 'minImageAge', 'oldImageInstancesCsvFile', 'unusedImagesCsvFile'],
    doing: 'listing unused images',
    added: ['--glob', '--keep-last=0'],
    prints: async () => (await oldImages()).unusedImages,
    difference:
      'much more counts as use; in tables, columns of tags have names of their own, and times are RFC 3339',
  },
  {
    name: 'list-used-images',
    arguments: [],
    flags: images,
    doing: 'listing used images',
    added: ['--glob'],
    prints: async () => (await oldImages()).usedImages,
    difference: 'images that nobody uses are not listed',
  },
  {
    name: 'prepare-unpackers',
    arguments: ['[stream-name]'],
    flags: daemons,
    doing: 'preparing unpackers',
    difference: 'a stream that is new to an unpacker is no error',
  },
  {
    name: 'publish',
    arguments: ['image-stream', 'leaf-name'],
    flags: [
      ...daemons,
      ...['imageServerHostname', 'imageServerPortNum', 'minFreeBytes', 'amiName', 'enaSupport', 'tags'],
      ...['expiresIn', 'ignoreMissingUnpackers', 's3Bucket', 's3Folder', 'sharingAccountName'],
    ],
    doing: 'publishing image',
    added: ['--boot-mode=legacy-bios', '--no-imds-v2-only', '--root-device-name=/dev/sda1'],
    prints: async () => (await old()).published,
    difference:
      'volumes and root disks are gp3; a target that has the AMI already is no error; an image of ours, not of the reference; an account shares EBS AMIs, if their key lets the others in',
  },
  {
    name: 'remove-unused-volumes',
    arguments: [],
    flags: daemons,
    doing: 'removing unused volumes',
    added: ['--yes'],
    difference: 'what fails is status 1',
  },
  {
    name: 'set-exclusive-tags',
    arguments: ['key', 'value', '[results-file...]'],
    flags: [],
    doing: 'setting exclusive tag for resources',
    added: ['--remove-name', '--yes'],
    difference: 'the new tag is written before the old ones go; a target where it fails is put back',
  },
  {
    name: 'set-tags-on-unpackers',
    arguments: [],
    flags: [...fleet, 'tags'],
    doing: 'setting tags',
  },
  {
    name: 'start-instances',
    arguments: [],
    flags: daemons,
    doing: 'starting instances',
    prints: async () => (await old()).instances,
    difference:
      'several instances of the name are all started; `stopping` is waited out; what runs already is told without its id',
  },
  {
    name: 'stop-idle-unpackers',
    arguments: [],
    flags: [...daemons, 'maxIdleTime'],
    doing: 'stopping idle unpackers',
    added: ['--yes'],
  },
  {
    name: 'terminate-instances',
    arguments: [],
    flags: daemons,
    doing: 'terminating instances',
    added: ['--yes'],
    difference: 'an unpacker that is at work is not terminated',
  },
];

/** How many arguments a sub-command takes. */
export const arityOf = ({
  arguments: names,
}: Pick<OldCommand, 'arguments'>): { readonly min: number; readonly max: number } => ({
  min: names.filter((name) => !name.startsWith('[')).length,
  max: names.some((name) => name.includes('...')) ? Number.POSITIVE_INFINITY : names.length,
});
