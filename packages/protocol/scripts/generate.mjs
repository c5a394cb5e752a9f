// Regenerates src/generated from the .proto files. The flags equal `loadOptions` in src/load.ts.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}/src/generated`, { recursive: true, force: true });
execFileSync(
  'proto-loader-gen-types',
  [
    '--longs=String',
    '--enums=String',
    '--defaults',
    '--oneofs',
    '--grpcLib=@grpc/grpc-js',
    '--includeComments',
    '--importFileExtension=.js',
    '--includeDirs=proto',
    '--outDir=src/generated',
    'ami_publisher/image/v1/image.proto',
    'ami_publisher/unpacker/v1/unpacker.proto',
    'google/rpc/status.proto',
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
