import type { Plugin } from 'esbuild';

export declare const thirdPartyNotices: (file: string) => Plugin;
