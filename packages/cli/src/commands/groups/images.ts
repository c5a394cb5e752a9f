import type { CommandGroup } from '../definition.js';
import { imageCommands } from '../image/definitions.js';

/** Images on the image server. */
export const imageGroup: CommandGroup = {
  title: 'Images',
  commands: [
    {
      name: 'image',
      summary: 'images on the image server: add, list, show, unpack, verify, set-expiry, delete, restore',
      commands: imageCommands,
    },
  ],
};
