/** What the copier is told. All of it is checked to be plain before it gets into the script. */
export interface CopierArguments {
  /** Host name or address of the source unpacker. */
  readonly address: string;
  readonly port: number;
  /** Base64 SHA-256 of the public key of that port. */
  readonly publicKeySha256: string;
  readonly ticket: string;
  readonly sizeBytes: number;
  /** The blank volume. */
  readonly volumeId: string;
  /** The name that it is attached by, `/dev/sdf`. */
  readonly device: string;
}

/** What the copier said on its console. */
export type CopierReport =
  | { readonly copied: { readonly sizeBytes: number; readonly sha256: string } }
  | { readonly failed: string };

const plain = /^[\w.:+/=-]*$/;

/**
 * The user data of a copier: a script that fetches a volume, writes it onto the one blank volume that is meant, reads that back, tells size and
 * digest on the console, and powers off, whatever happens. In a test, `COPIER_DISKS` is the folder in place of `/dev/disk/by-id`, and
 * `COPIER_CONSOLE` the file in place of `/dev/console`.
 *
 * @throws TypeError for an argument that a shell could take for something else
 */
export const copierScript = (given: CopierArguments): string => {
  const values = {
    address: given.address.includes(':') ? `[${given.address}]` : given.address,
    port: String(given.port),
    pin: given.publicKeySha256,
    ticket: given.ticket,
    size: String(given.sizeBytes),
    serial: serialOf(given.volumeId),
    device: given.device,
  };
  const lines = Object.entries(values).map(([name, value]) => {
    if (!plain.test(value.replace(/^\[(.*)\]$/, '$1')))
      throw new TypeError(`${name} cannot be in a script: ${value}`);
    return `readonly ${name}='${value}'`;
  });
  return script.replace('# ARGUMENTS', lines.join('\n'));
};

/** What the console of a copier says of a volume; undefined if it says nothing yet. */
export const copierReport = (output: string, volumeId: string): CopierReport | undefined => {
  const said = [...output.matchAll(/ami-publisher copier (vol\w+): (copied|failed) ([^\r\n]*)/g)];
  const [, , outcome, text = ''] = said.findLast(([, serial]) => serial === serialOf(volumeId)) ?? [];
  if (outcome === undefined) return undefined;
  const [, bytes, sha256] = /^bytes=(\d+) sha256=([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (outcome === 'failed' || sha256 === undefined) return { failed: text.trim() };
  return { copied: { sizeBytes: Number(bytes), sha256 } };
};

/** The serial number of a volume's disk on Nitro instances. */
const serialOf = (volumeId: string): string => volumeId.replace('-', '');

const script = `#!/bin/bash
# Copies the volume of an image unpacker onto a blank volume of this instance, and powers off.
set -euo pipefail

# ARGUMENTS

readonly disks=\${COPIER_DISKS:-/dev/disk/by-id}
readonly console=\${COPIER_CONSOLE:-/dev/console}
doing='starting'

# The kernel writes to the console as well: a line that it broke is there again.
tell() {
  for _ in 1 2 3; do
    printf '\\nami-publisher copier %s: %s\\n' "$serial" "$1" >>"$console"
  done
}

finish() {
  local -r status=$?
  ((status == 0)) || tell "failed $doing (status $status)"
  poweroff
}
trap finish EXIT
exec 2>>"$console"

# By its serial on Nitro; Xen has no serials, and names it as it was attached.
find_disk() {
  local candidate
  for candidate in "$disks/nvme-Amazon_Elastic_Block_Store_$serial" "\${device/sd/xvd}" "$device"; do
    if [[ -e $candidate ]]; then
      printf '%s' "$candidate"
      return
    fi
  done
  return 1
}

size_of() {
  if [[ -b $1 ]]; then blockdev --getsize64 "$1"; else stat --dereference --format=%s "$1"; fi
}

doing="waiting for the volume $serial"
for ((second = 0; second < 600; second++)); do
  if find_disk >/dev/null; then break; fi
  sleep 1
done
disk=$(find_disk)

doing="checking that $disk is blank"
cmp --silent --bytes=1048576 "$disk" /dev/zero

doing="fetching the volume onto $disk"
curl --config - <<CONFIG | gzip --decompress --stdout | dd of="$disk" bs=1M iflag=fullblock conv=sparse,notrunc,fsync status=none
url = "https://$address:$port/raw"
header = "Authorization: Bearer $ticket"
# The key is what is trusted, and not whoever signed the certificate.
pinnedpubkey = "sha256//$pin"
insecure
noproxy = "*"
fail
silent
show-error
connect-timeout = 10
retry = 30
retry-delay = 10
retry-connrefused
speed-limit = 1
speed-time = 90
CONFIG

doing="reading $disk back"
dd if="$disk" of=/dev/null count=0 iflag=nocache status=none
bytes=$(size_of "$disk")
digest=$(head --bytes="$size" "$disk" | sha256sum)
tell "copied bytes=$bytes sha256=\${digest%% *}"
`;
