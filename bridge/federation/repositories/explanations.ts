// The SQL behind `explain`: everybody of a name or e-mail, with the verdict of resolution and the last event.
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { readIn } from '../../platform/db/scope.ts';
import { isStorable } from '../../platform/db/storable.ts';
import type { Reach } from '../topology.ts';
import type { Shadower } from './conflicts.ts';
import { isUnreserved, shadowerOf } from './visibility.ts';

/** What somebody is asked about by. */
export type AskedBy = { username: string } | { email: string };

export interface LastEvent {
  type: string;
  actor: string;
  requestId: string | null;
  /** Null: it was written a moment ago and has none yet. */
  position: number | null;
  createdAt: Date;
  /** Names of the attributes that it changed. */
  changed: string[];
}

/** A SCIM request that wanted to change the user, whatever came of it. */
export interface LastRequest {
  method: string;
  requestId: string;
  actor: string | null;
  status: number;
  /** What the client was told of its mistake. */
  detail: string | null;
  createdAt: Date;
}

/** What the guard holds until an operator decides: the identity provider believes that it was done. */
export interface HeldChange {
  operation: 'deactivate' | 'delete' | 'remove_member';
  /** The group's name, of whoever would leave one. */
  group: string | null;
  actor: string;
  requestId: string | null;
  createdAt: Date;
}

export interface StoredCandidate {
  directoryId: string;
  id: string;
  userName: string;
  email: string | null;
  active: boolean;
  resource: Record<string, unknown>;
  createdAt: Date;
  lastModifiedAt: Date;
  hasPassword: boolean;
  isReserved: boolean;
  shadowedBy: Shadower | null;
  lastEvent: LastEvent | null;
  /** Requests are remembered for some time only. */
  lastRequest: LastRequest | null;
  held: HeldChange[];
}

export interface StoredDeletion {
  directoryId: string;
  id: string;
  event: LastEvent;
}

/** Times come as text. */
type Json<T extends { createdAt: Date }> = Omit<T, 'createdAt'> & { createdAt: string };

interface CandidateRow extends Omit<StoredCandidate, 'lastEvent' | 'lastRequest' | 'held'> {
  held: Json<HeldChange>[] | null;
  lastEvent: Json<LastEvent> | null;
  lastRequest: Json<LastRequest> | null;
}

/** Deletions of each directory that are looked through for a name. */
const maxDeletions = 10_000;

const timeJson = (column: string) =>
  sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const eventJson = sql`json_build_object('type', e.type, 'actor', e.actor, 'requestId', e.request_id, 'position', e.position,
  'createdAt', ${timeJson('e.created_at')},
  'changed', coalesce((select json_agg(name order by name) from jsonb_object_keys(e.data -> 'changes') as name), '[]'))`;

const requestJson = sql`json_build_object('method', r.method, 'requestId', r.request_id, 'actor', r.actor,
  'status', r.status, 'detail', r.detail, 'createdAt', ${timeJson('r.created_at')})`;

/** Of a user, enough to see what is meant. */
const maxHeld = 20;

const heldJson = sql`(select json_agg(json_build_object('operation', g.operation, 'group', g.name, 'actor', g.actor,
    'requestId', g.request_id, 'createdAt', ${timeJson('g.held_at')}) order by g.id)
  from (select h.*, s.display_name as name from guard_held h
    left join groups s on s.directory_id = h.directory_id and s.id = h.group_id
    where h.directory_id = u.directory_id and h.user_id = u.id order by h.id limit ${sql.lit(maxHeld)}) g)`;

const dated = <T extends { createdAt: Date }>({ createdAt, ...rest }: Json<T>) => ({
  ...rest,
  createdAt: new Date(createdAt),
});

export function createExplanationQueries(pool: Pool) {
  return {
    /** Users of all the federation's directories, enabled or not, in the order of priority; of one directory the oldest first. */
    async listCandidates(reach: Reach, by: AskedBy, limit: number): Promise<StoredCandidate[]> {
      const [key, value] = 'username' in by ? ['user_name_key', by.username] : ['email_key', by.email];
      if (!isStorable(value)) return [];
      const ownRank = sql<number>`array_position(${reach.enabled}::uuid[], u.directory_id)`;
      const { rows } = await readIn(pool, reach.attached, (scope) =>
        sql<CandidateRow>`
          select u.directory_id as "directoryId", u.id, u.user_name as "userName", u.email, u.active, u.resource,
            u.created_at as "createdAt", u.last_modified_at as "lastModifiedAt", c.user_id is not null as "hasPassword",
            not ${isUnreserved(reach)} as "isReserved",
            case when h.id is not null then json_build_object('directoryId', h.directory_id, 'id', h.id,
              'username', h.user_name, 'email', h.email, 'match', h.match) end as "shadowedBy",
            (select ${eventJson} from events e where e.directory_id = u.directory_id and e.resource_id = u.id
              order by e.id desc limit 1) as "lastEvent",
            (select ${requestJson} from scim_requests r
              where r.directory_id = u.directory_id and r.resource_id = u.id and r.method <> 'GET'
              order by r.id desc limit 1) as "lastRequest",
            ${heldJson} as held
          from (
            select u.*, array_position(${reach.attached}::uuid[], u.directory_id) as place from users u
            where u.directory_id = any(${reach.attached}::uuid[]) and u.${sql.ref(key)} = ${value.toLowerCase()}
            order by place, u.created_at, u.id limit ${limit}
          ) u
          left join user_credentials c on c.directory_id = u.directory_id and c.user_id = u.id
          left join lateral (${shadowerOf(reach, ownRank)}) h on ${isUnreserved(reach)}
          order by u.place, u.created_at, u.id`.execute(scope),
      );
      return rows.map(({ lastEvent, lastRequest, held, ...row }) => ({
        ...row,
        held: (held ?? []).map(dated),
        lastEvent: lastEvent && dated(lastEvent),
        lastRequest: lastRequest && dated(lastRequest),
      }));
    },

    /** The latest deletion of somebody of this name or e-mail. */
    async findDeletion(reach: Reach, by: AskedBy): Promise<StoredDeletion | undefined> {
      const [path, value] = 'username' in by ? ['{keys,usernames}', by.username] : ['{keys,emails}', by.email];
      if (!isStorable(value)) return undefined;
      const { rows } = await readIn(pool, reach.attached, (scope) =>
        sql<{ directory_id: string; resource_id: string; event: Json<LastEvent> }>`
          select e.directory_id, e.resource_id, ${eventJson} as event
          from unnest(${reach.attached}::uuid[]) as d (directory_id) cross join lateral (
            select * from events e where e.directory_id = d.directory_id and e.type = 'user.deleted'
            order by e.id desc limit ${maxDeletions}
          ) e
          where jsonb_exists(e.data #> ${path}::text[], ${value.toLowerCase()})
          order by e.created_at desc, e.id desc limit 1`.execute(scope),
      );
      const [row] = rows;
      return row && { directoryId: row.directory_id, id: row.resource_id, event: dated(row.event) };
    },
  };
}
