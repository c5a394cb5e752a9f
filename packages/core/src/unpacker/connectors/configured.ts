import type { Cloud } from '../../cloud/cloud.js';
import type { ConnectorConfiguration } from '../../target/account.js';
import type { Target } from '../../target/target.js';
import type { UnpackerConnector } from './connector.js';
import { mapConnector, privateConnector, publicConnector } from './direct.js';
import { proxyConnector } from './proxy.js';
import { SsmConnector } from './ssm.js';

/** The connector of each target as the cloud's configuration names it; targets that say the same share one. */
export const configuredConnectors = (cloud: Cloud): ((target: Target) => UnpackerConnector) => {
  const made = new Map<string, UnpackerConnector>();
  return (target) => {
    const configuration = cloud.settings(target).connector;
    const key = JSON.stringify(configuration);
    const connector = made.get(key) ?? connectorOf(configuration, cloud);
    made.set(key, connector);
    return connector;
  };
};

const connectorOf = (configuration: ConnectorConfiguration, cloud: Cloud): UnpackerConnector => {
  if (configuration === 'private') return privateConnector;
  if (configuration === 'public') return publicConnector;
  if (configuration === 'ssm') return new SsmConnector({ cloud });
  if ('map' in configuration) return mapConnector(configuration.map);
  if ('proxy' in configuration) return proxyConnector(configuration);
  return new SsmConnector({ cloud, plugin: configuration.ssm.plugin });
};
