import { describe, expect, it } from 'vitest';
import { creationEvents, eventOfName, eventScores, patchEvents, typeOfEvent } from './events.js';

describe('events', () => {
  it.each([
    ['VULNERABILIY_SCANS_AMI_CREATE', 'VULNERABILIY_SCANS_AMI_CREATE'],
    ['VULNERABILITY_SCANS_AMI_CREATE', 'VULNERABILIY_SCANS_AMI_CREATE'],
    ['vulnerability_scans_ami_create', 'VULNERABILIY_SCANS_AMI_CREATE'],
    ['VULNERABILITY_SCANS_AMI_PATCH', 'VULNERABILITY_SCANS_AMI_PATCH'],
    ['VULNERABILIY_SCANS_AMI_PATCH', undefined],
    ['build_ami', 'BUILD_AMI'],
    ['BUILD', undefined],
    ['constructor', undefined],
  ])('are named %s', (name, event) => {
    expect(eventOfName(name)).toBe(event);
  });

  it('score higher, or the same, the later they come', () => {
    for (const events of [creationEvents, patchEvents]) {
      const scores = events.map((event) => eventScores[event]);
      expect(scores).toEqual([...scores].sort((one, other) => one - other));
    }
  });

  it('belong to the type that lists them', () => {
    expect(creationEvents.map(typeOfEvent)).toEqual(creationEvents.map(() => 'ami-creation'));
    expect(patchEvents.map(typeOfEvent)).toEqual(patchEvents.map(() => 'ami-patch'));
  });
});
