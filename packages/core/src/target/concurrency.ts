/**
 * How many targets are worked on at once unless said otherwise. AWS's limits are per account and region, and kept by the pacer of each, so that
 * more targets do not get in each other's way; nearly all of a target's time is waiting. What is to be bounded is sockets (one to the unpacker, and
 * now and then one to AWS) and memory, about 100 KiB a target.
 */
export const defaultConcurrency = 1_024;
