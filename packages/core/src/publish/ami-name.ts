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
  const rendered = template.replace(/\{(\w*)\}/g, (placeholder, name: string) => {
    const part = parts[name as keyof AmiNameParts];
    if (part !== undefined) return part;
    throw new AmiPublisherError('INVALID_OPTION', {
      message: `the AMI name ${JSON.stringify(template)} has an unknown place-holder ${placeholder}`,
      remedy: `known are ${Object.keys(parts)
        .map((key) => `{${key}}`)
        .join(', ')}`,
    });
  });
  const name = escapeAmiName(rendered);
  if (allowed.test(name)) return name;
  throw new AmiPublisherError('INVALID_OPTION', {
    message: `AWS does not allow the AMI name ${JSON.stringify(name)} (${name.length} characters)`,
    resource: name,
    remedy: "give --ami-name with 3 to 128 of the characters A-Z a-z 0-9 ( ) [ ] space . / - ' @ _",
  });
};
