// What an audit shows of a change to a federation. It is found by comparing the federation before and after, so that no
// change can be forgotten.
import { type Kysely, sql } from 'kysely';
import { changesBetween, isEmpty } from '../../events/audit/changes.ts';
import type { AuditType, Named, NewAuditEntry } from '../../events/audit/contracts.ts';
import type { Database } from '../../platform/db/database.ts';

interface AuditedDirectory {
  id: string;
  slug: string;
  priority: number;
  enabled: boolean;
  organization: string | null;
  identityProvider: string | null;
  identitySubject: string | null;
  unlinkedUsers: string | null;
}

interface AuditedFederation {
  id: string;
  slug: string;
  name: string;
  directories: AuditedDirectory[];
  /** Reasons by username key. */
  reserved: Record<string, string>;
  attributeMappings: unknown;
  roleMappings: unknown[];
}

/** The federation as it is in the transaction. */
export async function readAudited(db: Kysely<Database>, federationId: string): Promise<AuditedFederation | undefined> {
  const { rows } = await sql<AuditedFederation>`
    select f.id, f.slug, f.name, f.attribute_mappings as "attributeMappings",
      coalesce((
        select json_agg(json_build_object('id', d.id, 'slug', d.slug, 'priority', a.priority, 'enabled', a.enabled,
          'organization', a.organization, 'identityProvider', a.identity_provider,
          'identitySubject', a.identity_subject, 'unlinkedUsers', a.unlinked_users) order by a.priority)
        from federation_directories a join directories d on d.id = a.directory_id where a.federation_id = f.id
      ), '[]') as directories,
      coalesce((
        select json_object_agg(r.username_key, r.reason) from reserved_usernames r where r.federation_id = f.id
      ), '{}') as reserved,
      coalesce((
        select json_agg(json_build_object('directory', d.slug, 'groupId', m.group_id, 'groupName', m.group_name,
          'client', m.client, 'role', m.role, 'allowAdmin', m.allow_admin) order by m.position)
        from federation_role_mappings m join directories d on d.id = m.directory_id where m.federation_id = f.id
      ), '[]') as "roleMappings"
    from federations f where f.id = ${federationId}`.execute(db);
  return rows[0];
}

export const federationResource = ({ id, slug }: Named) => ({ type: 'Federation' as const, id, name: slug });

/** The entries that tell how the one came to be the other. */
export function auditEntries(before: AuditedFederation, after: AuditedFederation): NewAuditEntry[] {
  const federation: Named = { id: after.id, slug: after.slug };
  const own = (type: AuditType, was: object | undefined, is: object | undefined): NewAuditEntry => ({
    type,
    federation,
    resource: federationResource(after),
    changes: changesBetween(was, is),
  });

  const [were, are] = [before, after].map(({ directories }) => new Map(directories.map((one) => [one.id, one])));
  const directories = [...new Map([...(were ?? []), ...(are ?? [])]).values()].map(({ id, slug }): NewAuditEntry => {
    const [was, is] = [were?.get(id), are?.get(id)];
    const kind = was && is ? 'changed' : is ? 'added' : 'removed';
    return { ...own(`federation.directory_${kind}`, was, is), directory: { id, slug } };
  });
  const names = Object.entries(changesBetween(before.reserved, after.reserved)).map(([username, { after: reason }]) =>
    reason === null
      ? own('federation.username_released', { username, reason: before.reserved[username] }, undefined)
      : own('federation.username_reserved', undefined, { username, reason }),
  );
  const part = (state: AuditedFederation, name: 'name' | 'slug' | 'attributeMappings' | 'roleMappings') => ({
    [name]: state[name],
  });
  return [
    own('federation.updated', part(before, 'name'), part(after, 'name')),
    ...directories,
    own('federation.attribute_mappings_changed', part(before, 'attributeMappings'), part(after, 'attributeMappings')),
    own('federation.role_mappings_changed', part(before, 'roleMappings'), part(after, 'roleMappings')),
    ...names,
  ].filter(({ changes }) => !isEmpty(changes));
}
