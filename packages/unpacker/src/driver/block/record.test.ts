import { describe, expect, it } from 'vitest';
import { decodeSlot, encodeSlot, slotBytes, type VolumeRecord } from './record.js';

const record: VolumeRecord = {
  phase: 'updating',
  volumeId: 'vol-0123456789abcdef0',
  stream: 'base/debian',
  generation: 7,
};

describe('a slot of the record', () => {
  it('comes back from its bytes as it was', () => {
    expect(decodeSlot(encodeSlot(3n, record))).toEqual({ sequence: 3n, record });
  });

  it('is nothing if any of its bytes is wrong', () => {
    const whole = encodeSlot(3n, record);
    const used = whole.findLastIndex((byte) => byte !== 0) + 1;
    for (let at = 0; at < used; at += 1) {
      const torn = Buffer.from(whole);
      torn[at]! ^= 0xff;
      expect(decodeSlot(torn), `byte ${at}`).toBeUndefined();
    }
    expect(decodeSlot(Buffer.alloc(slotBytes))).toBeUndefined();
  });
});
