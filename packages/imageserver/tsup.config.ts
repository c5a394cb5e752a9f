import { defineConfig } from 'tsup';
import { daemonPackage } from '../../scripts/daemon-bundle.mjs';

export default defineConfig(daemonPackage);
