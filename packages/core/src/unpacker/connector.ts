import { AmiPublisherError } from '@ami-publisher/base';
import type { Instance } from '@aws-sdk/client-ec2';
import type { ConnectorConfiguration } from '../target/account.js';

/** The unpacker's port, as in the reference. */
export const unpackerPort = 6974;

/**
 * The address, `host:port`, at which an instance's unpacker is reached.
 *
 * @throws `UNPACKER_UNREACHABLE` if the connector does not know one.
 */
export const unpackerAddress = (instance: Instance, connector: ConnectorConfiguration): string => {
  const address =
    connector === 'private'
      ? instance.PrivateIpAddress && `${instance.PrivateIpAddress}:${unpackerPort}`
      : connector.map[instance.InstanceId ?? ''];
  if (address) return address;
  throw new AmiPublisherError('UNPACKER_UNREACHABLE', {
    message: `the unpacker instance ${instance.InstanceId} has ${connector === 'private' ? 'no private address' : 'no entry in the connector map'}`,
    resource: instance.InstanceId ?? 'unknown',
    remedy:
      connector === 'private'
        ? 'put the instance into a subnet'
        : 'add it to the map of the connector in the configuration',
  });
};
