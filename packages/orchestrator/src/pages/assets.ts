import { createHash } from 'node:crypto';
import { styleSheet } from '@ami-publisher/daemon';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';

/** A file that pages load. */
export interface Asset {
  readonly contentType: string;
  readonly body: string;
}

const files = {
  'pages.css': { contentType: 'text/css; charset=utf-8', body: styleSheet + pageStyle },
  'pages.js': { contentType: 'text/javascript; charset=utf-8', body: pageScript },
} as const satisfies Readonly<Record<string, Asset>>;

/** Path of a file; another one when its content is another, so that browsers may keep it. */
export const assetPath = (name: keyof typeof files): string => {
  const digest = createHash('sha256').update(files[name].body).digest('hex').slice(0, 12);
  return `/assets/${digest}-${name}`;
};

/** All files by their paths. */
export const assets: ReadonlyMap<string, Asset> = new Map(
  Object.entries(files).map(([name, asset]) => [assetPath(name as keyof typeof files), asset]),
);
