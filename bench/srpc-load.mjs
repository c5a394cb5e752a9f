import { createHash } from 'node:crypto';

/** What is fetched for the throughput: so many objects of this content, one after the other. */
export const bulk = { object: Buffer.alloc(4 * 1024 * 1024, 'ami-publisher '), objects: 128 };

/** Inodes of the tree without its root: as many as two server distributions have. */
export const inodes = 200_000;
const filesPerDirectory = 9;
const linesAPiece = 500;

const owner = '"Uid":0,"Gid":0';
const modified = '"MtimeNanoSeconds":123456789,"MtimeSeconds":1700000000';
const hashOf = (number) => createHash('sha512').update(String(number)).digest('hex');

const file = (number) =>
  `{"Mode":33188,${owner},${modified},"Size":${1 + (number % 65_536)},"Hash":"${hashOf(number)}"}`;
const entry = (name, number) => `{"Name":"${name}","InodeNumber":${number}}`;

/** A directory with the inodes that follow its own number: files, and a link. */
const directory = (number) => {
  const entries = Array.from({ length: filesPerDirectory }, (_, i) =>
    entry(`a-file-of-some-package-${number + i + 1}.conf`, number + i + 1),
  );
  return `{"EntryList":[${entries.join(',')}],"EntriesByName":null,"Mode":16877,${owner}}`;
};

const member = (number) => {
  const place = (number - 1) % (filesPerDirectory + 1);
  if (place === 0) return `"${number}":${directory(number)}`;
  if (place === filesPerDirectory)
    return `"${number}":{${owner},"Symlink":"a-file-of-some-package-${number - 1}.conf"}`;
  return `"${number}":${file(number)}`;
};

/** The reply to GetImage, one line as Go writes it, piece by piece. */
export function* treeLine() {
  yield Buffer.from(
    '{"Image":{"CreatedOn":"2026-11-22T06:21:10.909846556Z","ExpiresAt":"0001-01-01T00:00:00Z","Tags":null,"FileSystem":{"InodeTable":{',
  );
  for (let first = 1; first <= inodes; first += linesAPiece) {
    const members = Array.from({ length: linesAPiece }, (_, i) => member(first + i));
    yield Buffer.from(`${first === 1 ? '' : ','}${members.join(',')}`);
  }
  const root = [];
  for (let number = 1; number <= inodes; number += filesPerDirectory + 1)
    root.push(entry(`directory-of-a-package-${number}`, number));
  yield Buffer.from(
    `},"EntryList":[${root.join(',')}],"EntriesByName":null,"Mode":16877,${owner}}},"InformationDatabaseURL":""}\n`,
  );
}
