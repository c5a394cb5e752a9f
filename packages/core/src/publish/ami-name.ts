import { AmiPublisherError } from '@ami-publisher/base';

/** What the reference writes for characters that an AMI name cannot have (reference 4.3); `:` becomes `.` and is not reversible. */
const escapes: Readonly<Record<string, string>> = {
  '@': '@@',
  '~': '@tilde@',
  '!': '@bang@',
  '#': '@hash@',
  $: '@dollar@',
  '%': '@percent@',
  '&': '@ampersand@',
  '*': '@asterix@',
  '=': '@equal@',
  '+': '@plus@',
  ':': '.',
  '^': '@caret@',
};

/** Replaces what an AMI name cannot have, in one pass. */
export const escapeAmiName = (name: string): string =>
  name.replace(/[@~!#$%&*=+:^]/g, (character) => escapes[character] ?? character);

export interface AmiNameParts {
  readonly stream: string;
  readonly leaf: string;
  readonly architecture: string;
  /** The publication's date, `YYYYMMDD`. */
  readonly date: string;
}

/** @default of `amiName` */
export const defaultAmiNameTemplate = '{stream}/{leaf}';

/** 3 to 128 characters: letters, digits, ( ) [ ] space . / - ' @ _ (RegisterImage, `Name`). */
const allowed = /^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/;

/**
 * The AMI name of a template with `{stream}`, `{leaf}`, `{architecture}` and `{date}`, escaped.
 *
 * @throws `INVALID_OPTION` for an unknown place-holder, or a result that AWS would refuse.
 */
export const renderAmiName = (template: string, parts: AmiNameParts): string => {
  const name = escapeAmiName(fillIn('AMI name', template, parts));
  if (allowed.test(name)) return name;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `AWS does not allow the AMI name ${JSON.stringify(name)} (${name.length} characters)`,
    resource: name,
    remedy: "give --ami-name with 3 to 128 of the characters A-Z a-z 0-9 ( ) [ ] space . / - ' @ _",
  });
};

/**
 * The name of a parameter of Systems Manager, from a template with the same place-holders. A name without `/` becomes one below the root.
 *
 * @throws `INVALID_OPTION` for an unknown place-holder, or a result that AWS would refuse (PutParameter, `Name`).
 */
export const renderParameterName = (template: string, parts: AmiNameParts): string => {
  const rendered = fillIn('SSM parameter', template, parts).replace(/[^A-Za-z0-9_.\-/]/g, '-');
  const name = rendered.startsWith('/') ? rendered : `/${rendered}`;
  if (/^(\/[A-Za-z0-9_.-]+){1,15}$/.test(name) && name.length <= 1011 && !/^\/(aws|ssm)/i.test(name))
    return name;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `AWS does not allow the name ${JSON.stringify(name)} for a parameter`,
    resource: name,
    remedy:
      'give --ssm-parameter with at most 15 parts between slashes, of A-Z a-z 0-9 _ . -, not beginning with aws or ssm',
  });
};

const fillIn = (what: string, template: string, parts: AmiNameParts): string =>
  template.replace(/\{(\w*)\}/g, (placeholder, name: string) => {
    const part = parts[name as keyof AmiNameParts];
    if (part !== undefined) return part;
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `the ${what} ${JSON.stringify(template)} has an unknown place-holder ${placeholder}`,
      remedy: `known are ${Object.keys(parts)
        .map((key) => `{${key}}`)
        .join(', ')}`,
    });
  });
