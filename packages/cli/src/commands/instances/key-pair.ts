import { readFile } from 'node:fs/promises';
import { AmiPublisherError } from '@ami-publisher/base';
import { Instances } from '@ami-publisher/core';
import { change } from '../change.js';
import type { CommandRunner } from '../definition.js';

/** `import-key-pair NAME PUBLIC-KEY-FILE` */
export const importKeyPair: CommandRunner = async ([name = '', file = ''], options) => {
  const request = { name, publicKey: await read(file), place: file, replace: options.replace === true };
  return change(options, ({ operations }, targets, how) =>
    new Instances(operations).importKeyPair(targets, request, how),
  );
};

const read = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `cannot read the public key ${file}: ${(cause as Error).message}`,
      resource: file,
      remedy: 'name a readable .pub file',
      cause,
    });
  }
};
