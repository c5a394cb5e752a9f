import type { CommandGroup } from './definition.js';
import { amiGroup } from './groups/amis.js';
import { imageGroup } from './groups/images.js';
import { instanceGroup } from './groups/instances.js';
import { lifecycleGroup } from './groups/lifecycles.js';
import { operationGroup } from './groups/operations.js';
import { publishGroup } from './groups/publish.js';
import { setUpGroup } from './groups/set-up.js';
import { unpackerGroup } from './groups/unpackers.js';
import { usageGroup } from './groups/usage.js';

/** Every command, as `--help` shows them. */
export const commandGroups: readonly CommandGroup[] = [
  publishGroup,
  unpackerGroup,
  amiGroup,
  instanceGroup,
  usageGroup,
  imageGroup,
  lifecycleGroup,
  operationGroup,
  setUpGroup,
];
