import { describe, expect, it } from 'vitest';
import { resumeCommand, rollbackCommand } from './way-out.js';

const place = { publicationId: 'pub-1', targets: "o'hara,*;b,us-east-1", configFile: undefined };

describe('the way out of a publication that was cut short', () => {
  it('can be given to a shell as it stands', () => {
    expect(rollbackCommand(place)).toBe(
      "ami-publisher rollback --publication pub-1 --targets 'o'\\''hara,*;b,us-east-1'",
    );
    expect(rollbackCommand({ ...place, targets: 'b,us-east-1', configFile: 'my file.yaml' })).toBe(
      "ami-publisher rollback --publication pub-1 --targets b,us-east-1 --config 'my file.yaml'",
    );
    expect(resumeCommand({ ...place, journal: 's3://b/p?region=x' })).toBe(
      "ami-publisher resume pub-1 --journal 's3://b/p?region=x'",
    );
  });
});
