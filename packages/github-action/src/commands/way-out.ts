/** A word of a POSIX shell that means just this text. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

interface Place {
  readonly publicationId: string;
  /** As `account,region;account,region`. */
  readonly targets: string;
  readonly configFile: string | undefined;
}

const withConfig = (configFile: string | undefined): string[] =>
  configFile === undefined ? [] : ['--config', configFile];

/** The call of the command line that removes what a publication left. */
export const rollbackCommand = ({ publicationId, targets, configFile }: Place): string =>
  [
    'ami-publisher',
    'rollback',
    '--publication',
    publicationId,
    '--targets',
    targets,
    ...withConfig(configFile),
  ]
    .map(quoted)
    .join(' ');

/** The call of the command line that finishes a publication, where its journal outlives the job. */
export const resumeCommand = ({
  publicationId,
  journal,
  configFile,
}: Omit<Place, 'targets'> & { readonly journal: string | undefined }): string =>
  [
    ...['ami-publisher', 'resume', publicationId],
    ...(journal === undefined ? [] : ['--journal', journal]),
    ...withConfig(configFile),
  ]
    .map(quoted)
    .join(' ');
