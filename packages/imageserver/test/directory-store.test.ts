import { describe } from 'vitest';
import { storeContract } from './support/contract.js';
import { temporaryDirectory } from './support/temporary-directory.js';

describe('a directory as store', () => storeContract(() => ({ dataDir: temporaryDirectory() })));
