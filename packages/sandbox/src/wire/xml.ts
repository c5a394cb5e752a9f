const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Text as XML content. White space other than blanks is written as references, since parsers fold it. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>"\r\n\t]/g, (character) => replacements[character]!);

/** One element around content that is XML already. */
export const element = (name: string, content: string): string =>
  content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;

/** What every XML answer begins with. */
export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
