import { AmiPublisherError } from '@ami-publisher/base';
import * as z from 'zod';
import type { LifecyclePage, PagePosition, PageRequest } from '../store/lifecycle-pages.js';

/** The most that a page can hold. */
export const largestPage = 1_000;

/** What the status lists can be asked. */
export const listQuerySchema = z.strictObject({
  stack_tag: z.string().optional(),
  product_name: z.string().optional(),
  product_ver: z.string().optional(),
  owner: z.string().optional(),
  sort: z
    .enum(['creation_date', '-creation_date'])
    .default('creation_date')
    .meta({ description: 'With a minus: newest first.' }),
  limit: z.coerce
    .number()
    .int('a whole number')
    .min(1, 'at least 1')
    .max(largestPage, `at most ${largestPage}`)
    .default(100),
  after: z.string().optional().meta({ description: 'Where the page before ended; the header Link has it.' }),
});
export type ListQuery = z.output<typeof listQuerySchema>;

/** @throws `REQUEST_INVALID` for an `after` that no answer of ours has had. */
export const pageRequest = (query: ListQuery): PageRequest => ({
  stackTag: query.stack_tag,
  productName: query.product_name,
  productVer: query.product_ver,
  owner: query.owner,
  direction: query.sort === 'creation_date' ? 'asc' : 'desc',
  limit: query.limit,
  after: query.after === undefined ? undefined : parsePosition(query.after),
});

/** The header that leads to the next page; empty on the last. */
export const pageLink = ({ next }: LifecyclePage, path: string, query: ListQuery): Record<string, string> => {
  if (next === undefined) return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...query, after: formatPosition(next) })) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return { link: `<${path}?${parameters}>; rel="next"` };
};

/** A place as it stands in URLs. */
export const formatPosition = ({ createdAt, id }: PagePosition): string =>
  Buffer.from(`${createdAt.toISOString()} ${id}`).toString('base64url');

/** @throws `REQUEST_INVALID` for a text that no answer of ours has had. */
export const parsePosition = (text: string): PagePosition => {
  const [date = '', id = ''] = Buffer.from(text, 'base64url').toString('latin1').split(' ');
  const createdAt = new Date(date);
  if (!Number.isNaN(createdAt.getTime()) && z.uuid().safeParse(id).success) return { createdAt, id };
  throw new AmiPublisherError('REQUEST_INVALID', {
    message: 'expected `after` to be what the link of the page before has',
  });
};
