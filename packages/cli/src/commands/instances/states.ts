import { invalidOption, parseDuration } from '@ami-publisher/base';
import { Instances, type Readiness } from '@ami-publisher/core';
import { change } from '../change.js';
import type { CommandRunner } from '../definition.js';
import { named } from './named.js';

/** `start-instances` */
export const startInstances: CommandRunner = async (_positional, options) => {
  const request = { ...named(options), readiness: readinessOf(options) };
  return change(options, ({ operations }, targets, how) =>
    new Instances(operations).start(targets, request, how),
  );
};

/** What `--wait` says. @throws `INVALID_OPTION` */
export const readinessOf = ({ wait }: Readonly<Record<string, unknown>>): Readiness | undefined => {
  if (wait === undefined || wait === 'running' || wait === 'unpacker') return wait;
  throw invalidOption('wait', 'running or unpacker', wait);
};

/** `stop-idle-unpackers` */
export const stopIdleUnpackers: CommandRunner = async (_positional, options) => {
  const { maxIdleTime } = options;
  const maxIdleMs = typeof maxIdleTime === 'string' ? parseDuration('max-idle-time', maxIdleTime) : undefined;
  return change(options, ({ operations }, targets, how) =>
    new Instances(operations).stopIdle(targets, { ...named(options), maxIdleMs }, how),
  );
};

/** `terminate-instances` */
export const terminateInstances: CommandRunner = (_positional, options) => {
  const request = {
    ...named(options),
    keepVolumes: options.keepVolumes === true,
    force: options.force === true,
  };
  return change(options, ({ operations }, targets, how) =>
    new Instances(operations).terminate(targets, request, how),
  );
};
