/** The name that the instances of a command have, if one is given. */
export const named = ({ instanceName }: Readonly<Record<string, unknown>>) =>
  typeof instanceName === 'string' ? { instanceName } : {};
