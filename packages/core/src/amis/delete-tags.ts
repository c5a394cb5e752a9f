import { checkTags, fromTagList } from '../cloud/tags.js';
import type { Command } from '../operations/command.js';
import { planEachTarget } from '../operations/plan-each-target.js';
import { setTags, type TagChange, tagDifference } from '../operations/tag-change.js';
import { findImages, findSnapshots, imageIdOf } from './look-up.js';
import { idsIn, noteAbsent, type ResourcesRequest } from './targeted.js';

export interface DeleteTagsRequest extends ResourcesRequest {
  readonly key: string;
}

/** `delete-tags`: from the AMIs and snapshots that results files name, whatever the value, which is kept for an undo. */
export const deleteTags: Command<DeleteTagsRequest, TagChange, null> = {
  name: 'delete-tags',
  destroys: true,
  timeoutMs: 60_000,
  plan: (context, request) => {
    const { key } = request;
    // Our own are what undo and expire go by.
    checkTags({ [key]: '' });
    return planEachTarget(context, async (target, ec2) => {
      const { imageIds, snapshotIds } = idsIn(request, target);
      const images = await findImages(ec2, imageIds, context);
      const snapshots = await findSnapshots(ec2, snapshotIds, context);
      const found = [
        ...images.map((image) => ({ id: imageIdOf(image), Tags: image.Tags })),
        ...snapshots.map(({ SnapshotId = '', Tags }) => ({ id: SnapshotId, Tags })),
      ];
      noteAbsent(
        context,
        target,
        [...imageIds, ...snapshotIds],
        found.map(({ id }) => id),
      );
      return found.flatMap(({ id, Tags }): TagChange[] => {
        const difference = tagDifference(fromTagList(Tags), { [key]: null });
        if (difference === undefined) return [];
        const text = `take the tag ${key} from ${id}`;
        return [{ call: 'ec2:DeleteTags', resource: id, text, ...difference }];
      });
    });
  },
  run: (context, change) => setTags(context, change.resource, change.after),
  undo: async (context, change) => void (await setTags(context, change.resource, change.before)),
};
