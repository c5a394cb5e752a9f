import type { CommandGroup } from '../definition.js';
import {
  awsOptions,
  configOption,
  endpointOption,
  fleetOptions,
  journalOptions,
  outputOptions,
  progressOptions,
} from '../shared-options.js';

const operationId = [
  { name: '<operation-id>', summary: 'as the command printed it, or `operations list` lists it' },
];
const again = [...journalOptions, ...awsOptions, ...fleetOptions, ...progressOptions, ...outputOptions];

/** What commands have changed, as their journals have it. */
export const operationGroup: CommandGroup = {
  title: 'Operations',
  commands: [
    {
      name: 'operations',
      summary: 'what other commands have changed: list, resume, undo',
      commands: [
        {
          name: 'list',
          isDefault: true,
          summary: 'list the operations that there are journals of, the newest first',
          options: [...journalOptions, configOption, endpointOption, ...outputOptions],
          examples: ["ami-publisher operations list --query '[].operationId'"],
          load: async () => (await import('../operations.js')).list,
        },
        {
          name: 'resume',
          summary: 'finish an operation that was interrupted or failed',
          arguments: operationId,
          options: again,
          examples: ['ami-publisher operations resume op-20261122140312-7f3a9c01'],
          load: async () => (await import('../operations.js')).resume,
        },
        {
          name: 'undo',
          summary: 'take back what an operation did',
          arguments: operationId,
          options: again,
          examples: ['ami-publisher operations undo op-20261122140312-7f3a9c01'],
          load: async () => (await import('../operations.js')).undo,
        },
      ],
    },
  ],
};
