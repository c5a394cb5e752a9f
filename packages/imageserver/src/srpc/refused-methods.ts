import type { Access, RefusedMethod } from '@ami-publisher/srpc';

const refused = (access: Access, instead: string): RefusedMethod => ({
  access,
  refusal: `not served over SRPC: ${instead}`,
});

const add = 'add images with `ami-publisher image add`';
const read = 'read images with `ami-publisher image unpack`';
const withImages = 'directories come with their first image and go with their last';

/** What the Go daemon answers besides, or what is damaged in JSON; who may ask is as there. */
export const refusedMethods: Readonly<Record<string, RefusedMethod>> = {
  'ImageServer.AddImage': refused('granted', add),
  'ImageServer.AddImageTrusted': refused('granted', add),
  'ImageServer.ChangeImageExpiration': refused('public', 'use `ami-publisher image set-expiry`'),
  'ImageServer.ChownDirectory': refused('public', 'directories have no owners'),
  'ImageServer.DeleteDirectory': refused('granted', withImages),
  'ImageServer.DeleteImage': refused('public', 'use `ami-publisher image delete`'),
  'ImageServer.DeleteUnreferencedObjects': refused('granted', 'use `ami-publisher image collect-garbage`'),
  'ImageServer.GetImageArchive': refused('public', read),
  'ImageServer.GetImageInodes': refused('public', 'use `ami-publisher image show --entries`'),
  'ImageServer.ImportTree': refused('granted', add),
  'ImageServer.ListUnreferencedObjects': refused(
    'public',
    'use `ami-publisher image collect-garbage --dry-run`',
  ),
  'ImageServer.MakeDirectory': refused('granted', withImages),
  'ImageServer.RestoreImageFromArchive': refused('granted', add),
  'ObjectServer.AddObjects': refused('granted', add),
  'ObjectServer.GetObjects': refused('granted', read),
  'ObjectServer.ImportObjects': refused('granted', add),
};
