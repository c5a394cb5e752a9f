import { afterAll, beforeAll, describe } from 'vitest';
import { contract } from './suite/contract.js';
import { embeddedDatabase } from './support/databases.js';
import { World } from './support/world.js';

let world: World;

beforeAll(async () => {
  world = await World.start(await embeddedDatabase());
});
afterAll(() => world.close());

describe('on an embedded database', () => {
  contract(() => world);
});
