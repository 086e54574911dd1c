// What the descriptions of the management operations have in common.
import type { z } from '@hono/zod-openapi';
import { problemSchema } from '../federation/contracts.ts';

export const common = { tags: ['Management'], security: [{ adminToken: [] }] };

export function refusals(own: Partial<Record<400 | 404 | 409 | 410, string>>) {
  const all = { ...own, 401: 'unauthorized', 500: 'internal_error' };
  return Object.fromEntries(
    Object.entries(all).map(([status, codes]) => [
      status,
      {
        description: `Problem with the code ${codes}`,
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}

export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { 'application/json': { schema } },
});
export const nothing = { 204: { description: 'Done' } };
