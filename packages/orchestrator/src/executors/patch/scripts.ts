import { quoted } from '../../aws/remote-shell.js';
import type { PatchStep } from './component.js';

/** A text as a shell reads it, whatever is in it. */
const decoded = (text: string): string => `$(printf %s ${Buffer.from(text).toString('base64')} | base64 -d)`;

/** Where one attempt works on the instance. */
const workplace = (attemptId: string): string => `"\${HOME:-/root}"/ami-patch-${attemptId}`;

/**
 * A script that does something once: sent twice at the same time, or again after it was done, it waits and is content.
 *
 * @param step names what is done
 * @param body runs in the workplace, where the file tree is `tree`
 */
export const onceScript = (attemptId: string, step: string, body: string): string =>
  [
    'set -e',
    'umask 022',
    `mkdir -p ${workplace(attemptId)}`,
    `cd ${workplace(attemptId)}`,
    'exec 9> lock',
    'flock 9',
    `[ ! -e ${quoted(`done-${step}`)} ] || exit 0`,
    body,
    `: > ${quoted(`done-${step}`)}`,
  ].join('\n');

/** Mounts that programs expect, where the tree has places for them; they end with the namespace. */
const mounts = [
  'if [ -d tree/proc ]; then mount -t proc proc tree/proc; fi',
  'if [ -d tree/dev ]; then mount --rbind /dev tree/dev; fi',
  'if [ -d tree/sys ]; then mount --rbind /sys tree/sys; fi',
  'if [ -f tree/etc/resolv.conf ] && [ -f /etc/resolv.conf ]; then mount --bind /etc/resolv.conf tree/etc/resolv.conf; fi',
].join('\n');

/** Runs lines with the tree as `/`, in namespaces of their own, which end with them. */
const inTree = (shell: string, script: string): string =>
  `unshare --mount --pid --fork --kill-child -- /bin/sh -ec "${decoded(`${mounts}\nexec chroot tree ${shell} -ec "$1"`)}" sh "${decoded(script)}" 9>&-`;

/** What a step does to the tree. */
export const stepScript = (step: PatchStep): string => {
  if (step.action === 'ExecuteBash') return inTree('/bin/bash', step.inputs.commands.join('\n'));
  if (step.action === 'UpdateOS') return inTree('/bin/sh', updateScript(step.inputs));
  return inTree('/bin/sh', step.inputs.map(fileScript).join('\n'));
};

type CreateFile = Extract<PatchStep, { action: 'CreateFile' }>['inputs'][number];

const fileScript = ({ path, content, permissions, owner, group, overwrite }: CreateFile): string => {
  const file = quoted(path);
  const folder = quoted(path.slice(0, path.lastIndexOf('/')) || '/');
  const lines = [
    `[ -d ${folder} ] || mkdir -p ${folder}`,
    `printf %s ${quoted(content)} > ${file}`,
    ...(permissions === undefined ? [] : [`chmod ${permissions} ${file}`]),
    ...(owner === undefined && group === undefined ? [] : [`chown ${owner ?? ''}:${group ?? ''} ${file}`]),
  ];
  return overwrite ? lines.join('\n') : `if [ ! -e ${file} ]; then\n${lines.join('\n')}\nfi`;
};

type UpdateOs = Extract<PatchStep, { action: 'UpdateOS' }>['inputs'];

/** By the package manager that the tree has. */
const updateScript = ({ include = [], exclude = [] }: UpdateOs): string => {
  const only = include.map(quoted).join(' ');
  const excluded = exclude.map((one) => `--exclude=${quoted(one)}`).join(' ');
  const held = exclude.map(quoted).join(' ');
  const apt = [
    'export DEBIAN_FRONTEND=noninteractive',
    'apt-get update',
    ...(held === '' ? [] : [`apt-mark hold ${held}`]),
    only === '' ? 'apt-get -y upgrade' : `apt-get -y install --only-upgrade ${only}`,
    ...(held === '' ? [] : [`apt-mark unhold ${held}`]),
    'apt-get clean',
  ];
  return [
    'if command -v apt-get > /dev/null; then',
    ...apt,
    `elif command -v dnf > /dev/null; then dnf -y update ${excluded} ${only}; dnf clean all`,
    `elif command -v yum > /dev/null; then yum -y update ${excluded} ${only}; yum clean all`,
    'else echo "the tree has none of apt-get, dnf and yum" >&2; exit 1',
    'fi',
  ].join('\n');
};
