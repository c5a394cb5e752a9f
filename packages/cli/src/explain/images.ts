import type { ExplanationsOf } from './explanation.js';

/** Errors of images, connections, journals and machines. */
export const imageExplanations = {
  INVALID_NAME: {
    look: 'the name and the rule in the message',
    remedy: 'use letters, digits and ._- with slashes between the parts of a stream',
  },
  STREAM_NOT_FOUND: {
    look: '`ami-publisher image list`, and --image-server',
    remedy: 'correct the name, or add an image to the stream',
  },
  IMAGE_NOT_FOUND: {
    look: '`ami-publisher image list STREAM`, and --image-server',
    remedy: 'correct the leaf, add the image, or wait until it has been replicated to this server',
  },
  IMAGE_EXISTS: {
    look: 'what the image server has under that name',
    remedy: 'add the image under another leaf; images never change',
  },
  IMAGE_DIGEST_MISMATCH: {
    look: 'whether the image servers of all regions have the same image',
    remedy: 'plan again; if two servers differ, delete the wrong image and replicate',
  },
  INVALID_MANIFEST: {
    look: 'the line in the message, and what wrote the manifest',
    remedy: 'add the image again from its tree',
  },
  IMAGE_NOT_BOOTABLE: {
    look: '/boot and /etc/fstab of the tree (docs/unpacker.md, Booting)',
    remedy: 'add what is missing, such as the initial RAM disk, and add the image again',
  },
  OBJECT_MISSING: {
    look: '`ami-publisher image verify STREAM LEAF`',
    remedy: 'add the image again, or restore the store from its backup',
  },
  OBJECT_CORRUPT: {
    look: "`ami-publisher image verify STREAM LEAF`, and the disk of the image server's store",
    remedy: 'add the image again; replace the disk if it happens twice',
  },
  IMAGE_SERVER_UNREACHABLE: {
    look: '`ami-publisher doctor`, the address, and the service on that machine',
    remedy: 'start it, let port 6971 through, or name another by --image-server',
  },
  IMAGE_SERVER_FAILED: {
    look: "the image server's log: `journalctl -u imageserver`",
    remedy: 'mend what it names, then repeat',
  },
  TREE_CHANGED: {
    look: 'what writes to the file in the message',
    remedy: 'stop it, or add a copy of the tree',
  },
  FILE_SYSTEM_FAILED: {
    look: 'the path and the reason in the message, then the log of the kernel',
    remedy: 'correct permissions or the disk, then repeat',
  },
  DIRECTORY_LOCKED: {
    look: 'the process that the message names',
    remedy: 'end it, or use another directory',
  },
  INVALID_ARCHIVE: {
    look: 'the entry in the message; `tar --list` on the archive',
    remedy: 'make the archive again, without what an image cannot hold',
  },
  CERTIFICATE_REFUSED: {
    look: '`ami-publisher doctor`: ends of validity, authorities and names on both sides',
    remedy: 'renew by `ami-publisher certs create`, or name the right folder by --certs',
  },
  PROTOCOL_UNSUPPORTED: {
    look: 'the address and the version of what answers there',
    remedy: 'correct the address, upgrade the daemon, or set `protocol` for daemons of Go',
  },
  PROTOCOL_BROKEN: {
    look: 'what sits between the two: proxies that rewrite, or another program on that port',
    remedy: 'reach the daemon without it; otherwise report it with --debug',
  },
  PROXY_REFUSED: {
    look: 'the answer of the proxy in the message, and its log',
    remedy: 'allow CONNECT to port 6974 there, or correct the credentials (docs/connectors.md)',
  },
  ROLE_REFUSED: {
    look: 'the role of the client certificate, and the role in the message',
    remedy: 'use a certificate of that role: `ami-publisher certs create` makes one of each',
  },
  PUBLICATION_NOT_FOUND: {
    look: '`ami-publisher publications`, and --journal: another machine or bucket may have it',
    remedy: 'correct the id or the place; without a journal `status --publication` asks the tags',
  },
  PUBLICATION_LOCKED: {
    look: 'the process and the machine in the message',
    remedy: 'let it end; the lock of a process that died ends by itself within a minute',
  },
  JOURNAL_DAMAGED: {
    look: 'the line in the message',
    remedy: 'restore the journal; without one, `rollback --publication` goes by the tags',
  },
  TOOL_MISSING: {
    look: 'the program and the package in the message',
    remedy: 'install it',
  },
  TOOL_FAILED: {
    look: 'the last lines of the program in the message, then `dmesg`',
    remedy: 'mend what they name, then repeat',
  },
  DAEMON_FAILED: {
    look: 'the log that the message names',
    remedy: 'mend what it says; `config check` of the daemon finds wrong settings',
  },
} as const satisfies ExplanationsOf<string>;
