import type { ByteString, InodeEntry, Manifest } from '../manifest.js';
import { type Ability, outOfReach, type UnsetAttributes, type UnsettableAttributes } from './attributes.js';

/** Collects what cannot be set while a manifest is applied, beginning with what is known from last time. */
export class UnsettableCollector {
  readonly #known: Readonly<Record<ByteString, UnsetAttributes>>;
  readonly #refused = new Map<ByteString, UnsetAttributes>();

  constructor(
    readonly ability: Ability,
    previous: UnsettableAttributes | undefined,
  ) {
    this.#known = previous?.euid === ability.euid ? previous.paths : {};
  }

  /** What is known of an inode from last time. */
  known(entry: InodeEntry): UnsetAttributes | undefined {
    return Object.hasOwn(this.#known, entry.path) ? this.#known[entry.path] : undefined;
  }

  /** Notes what the system refused just now. */
  refuse(entry: InodeEntry, unset: UnsetAttributes): void {
    if (Object.keys(unset).length === 0) return;
    const before = this.#refused.get(entry.path);
    const xattrs = { ...before?.xattrs, ...unset.xattrs };
    this.#refused.set(entry.path, {
      ...before,
      ...unset,
      ...(Object.keys(xattrs).length > 0 && { xattrs }),
    });
  }

  /**
   * Everything that the tree lacks of the manifest now.
   *
   * @param untouched whether an inode was left as it was, so that what is known of it still holds.
   */
  result(manifest: Manifest, untouched: (entry: InodeEntry) => boolean): UnsettableAttributes {
    const paths: [ByteString, UnsetAttributes][] = [];
    for (const entry of manifest.entries) {
      if (entry.type === 'hardlink') continue;
      const known = untouched(entry) ? stillWanted(entry, this.known(entry)) : {};
      const unset = merge(known, merge(outOfReach(entry, this.ability), this.#refused.get(entry.path) ?? {}));
      if (Object.keys(unset).length > 0) paths.push([entry.path, unset]);
    }
    // Not by assignment: a file may be called `__proto__`.
    return { euid: this.ability.euid, paths: Object.fromEntries(paths) };
  }
}

const merge = (a: UnsetAttributes, b: UnsetAttributes): UnsetAttributes => {
  const xattrs = { ...a.xattrs, ...b.xattrs };
  return { ...a, ...b, ...(Object.keys(xattrs).length > 0 && { xattrs }) };
};

const stillWanted = (entry: InodeEntry, known: UnsetAttributes | undefined): UnsetAttributes => {
  if (known === undefined) return {};
  const xattrs = Object.fromEntries(
    Object.entries(known.xattrs ?? {}).filter(([name, value]) => (entry.xattrs?.[name] ?? null) === value),
  );
  const device =
    (entry.type === 'character-device' || entry.type === 'block-device') && standsIn(known, entry)
      ? known.device
      : undefined;
  return {
    ...(known.uid === entry.uid && { uid: entry.uid }),
    ...(known.gid === entry.gid && { gid: entry.gid }),
    ...(Object.keys(xattrs).length > 0 && { xattrs }),
    ...(device !== undefined && { device }),
  };
};

/** Whether a file of last time stands in for the very device that is wanted. */
export const standsIn = (known: UnsetAttributes | undefined, entry: InodeEntry): boolean =>
  (entry.type === 'character-device' || entry.type === 'block-device') &&
  known?.device?.type === entry.type &&
  known.device.major === entry.major &&
  known.device.minor === entry.minor;
