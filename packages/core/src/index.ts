export type { CallOptions, Ec2Action, Ec2Actions, Ec2Api } from './cloud/ec2-api.js';
