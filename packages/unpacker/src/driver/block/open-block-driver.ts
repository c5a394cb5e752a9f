import { AmiPublisherError } from '@ami-publisher/base';
import { blockTools, checkTools } from '../../tools/tools.js';
import { BlockDriver, type BlockDriverOptions } from './block-driver.js';
import { checkMountNamespace } from './mounts.js';

/**
 * The block driver, once all that it needs of the host is there.
 *
 * @throws `INVALID_CONFIGURATION` without root or without a mount namespace of its own; `TOOL_MISSING`.
 */
export const openBlockDriver = async (options: BlockDriverOptions): Promise<BlockDriver> => {
  if (process.geteuid?.() !== 0) {
    throw new AmiPublisherError('INVALID_CONFIGURATION', {
      message: 'the block driver mounts file systems, which only root may do',
      remedy: 'run the daemon as root, or use --driver directory',
    });
  }
  await checkMountNamespace();
  await checkTools(blockTools);
  return new BlockDriver(options);
};
