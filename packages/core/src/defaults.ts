import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the environment says; the one place of this package that reads it. */
export interface Defaults {
  /** Where journals are: the folder `$XDG_STATE_HOME/ami-publisher/publications`, by default below `~/.local/state`. */
  readonly journal: string;
  /** Folder of client certificates: `$AMI_PUBLISHER_CERTIFICATES`, by default `~/.ssl`. */
  readonly certificateDirectory: string;
  /** `host:port`: `$AMI_PUBLISHER_IMAGE_SERVER`, by default `localhost:6971`. */
  readonly imageServer: string;
}

/** One variable of the environment that a configuration names. */
export const readEnvironmentVariable = (name: string): string | undefined => process.env[name];

/** The environment for a child process: this process's own, and what is added. */
export const childEnvironment = (added: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...added,
});

/** Reads the environment when called. */
export const readDefaults = (environment: NodeJS.ProcessEnv = process.env): Defaults => {
  const stateHome = environment.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return {
    journal: join(stateHome, 'ami-publisher', 'publications'),
    certificateDirectory: environment.AMI_PUBLISHER_CERTIFICATES || join(homedir(), '.ssl'),
    imageServer: environment.AMI_PUBLISHER_IMAGE_SERVER || 'localhost:6971',
  };
};
