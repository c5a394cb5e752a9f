const leastBytes = 8 * 1024 * 1024;
/** S3 takes 10,000 parts. */
const mostParts = 9_000;

/** The size of the parts of an upload of so many bytes; what is no larger goes in one request. */
export const partBytesOf = (bytes: number): number => Math.max(leastBytes, Math.ceil(bytes / mostParts));
