// The audit log for readers: what operators changed, in order, from a cursor on.
import { ApiError } from '../../platform/http/api-error.ts';
import { typesMeant } from '../types-meant.ts';
import { type AuditEntry, auditTypes } from './contracts.ts';
import type { AuditRepository } from './repository.ts';

export interface AuditRequest {
  /** Slugs; also of directories and federations that are gone. */
  directory?: string;
  federation?: string;
  /** Types such as `token.created`, or `token.*` for all that begin so. */
  types?: readonly string[];
  /** The cursor of the page before; without it the log is read from its beginning. */
  after?: string;
  /** Instead of a cursor: only so many of the latest entries. */
  last?: number;
  limit: number;
}

export interface AuditPage {
  /** Where to go on. */
  cursor: string;
  more: boolean;
  entries: AuditEntry[];
}

function parseCursor(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ApiError('invalid_request', 'after: is not a cursor of the audit log.');
}

export function createAuditLog(repository: AuditRepository) {
  return {
    /** A page of the log. @throws ApiError invalid_request for a wrong cursor or type. */
    async readAudit({ directory, federation, types, after, last, limit }: AuditRequest): Promise<AuditPage> {
      if (after !== undefined && last !== undefined) {
        throw new ApiError('invalid_request', 'last: can’t be given together with after.');
      }
      const filter = {
        ...(directory !== undefined && { directory }),
        ...(federation !== undefined && { federation }),
        ...(types && { types: [...typesMeant(auditTypes, types)] }),
      };
      const from = parseCursor(after ?? '0');
      const found =
        last === undefined
          ? await repository.listEntries(filter, from, limit + 1)
          : await repository.listLatest(filter, Math.min(last, limit));
      const entries = found.slice(0, limit);
      return { cursor: String(entries.at(-1)?.id ?? from), more: found.length > limit, entries };
    },
  };
}

export type AuditLog = ReturnType<typeof createAuditLog>;
