/** The version of the packages, which are released together. */
export const version = '0.1.0';
