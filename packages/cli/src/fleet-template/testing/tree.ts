/** A template as parsed. Tests look into it by path, and a wrong path fails them. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is what is tested
export type Tree = any;
