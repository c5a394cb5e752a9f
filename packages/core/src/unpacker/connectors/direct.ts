import { noAddress, privateAddress, type UnpackerConnector, unpackerPort } from './connector.js';

const daemonRuns = `check that image-unpacker runs there and listens on port ${unpackerPort}`;

/** The private address of the instance: for a publisher in the same VPC, or in one that is peered or routed. */
export const privateConnector: UnpackerConnector = {
  name: 'private',
  open: async ({ instance }) => ({
    address: privateAddress({ instance, connector: 'private' }),
    remedy: `${daemonRuns}, that its security group lets this machine in, and that this machine has a route into the VPC (otherwise choose another connector)`,
  }),
};

/** The public address of the instance. It changes with every start, which does not matter: certificates name no addresses. */
export const publicConnector: UnpackerConnector = {
  name: 'public',
  open: async ({ instance }) => {
    if (instance.PublicIpAddress === undefined) {
      throw noAddress(
        instance,
        'has no public address, which connector public needs',
        'launch it in a subnet that gives public addresses, or choose another connector',
      );
    }
    return {
      address: `${instance.PublicIpAddress}:${unpackerPort}`,
      remedy: `${daemonRuns}, and that its security group lets the public address of this machine in`,
    };
  },
};

/** Addresses that the configuration gives, by instance id: forwarded ports, test set-ups. */
export const mapConnector = (addresses: Readonly<Record<string, string>>): UnpackerConnector => ({
  name: 'map',
  open: async ({ instance }) => {
    const address = addresses[instance.InstanceId ?? ''];
    if (address !== undefined) {
      return { address, remedy: 'check that the address in the connector map leads to its unpacker' };
    }
    throw noAddress(
      instance,
      'has no entry in the connector map',
      'add it to the map of the connector in the configuration',
    );
  },
});
