// Takes values of attributes that a directory has declared as never returned out of the events that hold them.
import { isDeepStrictEqual } from 'node:util';
import { type Kysely, sql } from 'kysely';
import { directoriesSetting } from '../row-level-security.ts';

interface Attribute {
  name: string;
  returned?: string;
  subAttributes?: Attribute[];
}

interface Declared {
  /** Of an extension, the key of its values; of a declared type, nothing. */
  urn: string | null;
  type: string | null;
  attributes: Attribute[];
}

type Values = Record<string, unknown>;

const isNever = ({ returned }: Attribute): boolean => returned === 'never';
const hasNever = ({ attributes }: Declared): boolean =>
  attributes.some((one) => isNever(one) || (one.subAttributes ?? []).some(isNever));

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function keep(value: unknown, known: readonly Attribute[]): unknown {
  if (Array.isArray(value)) return value.map((one) => keep(one, known)).filter((one) => one !== null);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([name, part]): [string, unknown][] => {
    const attribute = known.find((one) => one.name === name);
    if (!attribute) return [[name, part]];
    const told = isNever(attribute) ? null : keep(part, attribute.subAttributes ?? []);
    return told === null ? [] : [[name, told]];
  });
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

/** The changes of an event without what is never returned; undefined when there is nothing of it in them. */
function tellable(type: string, changes: Values, declared: readonly Declared[]): Values | undefined {
  const side = (name: 'before' | 'after'): Values =>
    Object.fromEntries(Object.entries(changes).map(([key, change]) => [key, isObject(change) ? change[name] : null]));
  const core = declared.find((one) => one.type === type)?.attributes ?? [];
  const extensions = declared.flatMap(({ urn, attributes }) =>
    urn === null ? [] : [{ name: urn, subAttributes: attributes }],
  );
  const known = [...core, ...extensions];
  const [before, after] = [keep(side('before'), known), keep(side('after'), known)];
  const told: Values = {};
  for (const name of Object.keys(changes)) {
    const [was, is] = [before, after].map((kept) => (isObject(kept) ? (kept[name] ?? null) : null));
    if (was !== null || is !== null) told[name] = { before: was, after: is };
  }
  return isDeepStrictEqual(told, changes) ? undefined : told;
}

const atOnce = 1_000;

async function mend(db: Kysely<unknown>, directoryId: string, declared: readonly Declared[]): Promise<void> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: number; type: string; changes: Values }>`
      select id, resource_type as type, data -> 'changes' as changes from events
      where directory_id = ${directoryId} and id > ${after} and jsonb_typeof(data -> 'changes') = 'object'
      order by id limit ${atOnce}`.execute(db);
    const mended = rows.flatMap(({ id, type, changes }) => {
      const told = tellable(type, changes, declared);
      return told ? [{ id, changes: told }] : [];
    });
    await sql`
      update events as e set data = jsonb_set(e.data, '{changes}', m.changes)
      from json_to_recordset(${JSON.stringify(mended)}::json) as m (id bigint, changes jsonb)
      where e.directory_id = ${directoryId} and e.id = m.id`.execute(db);
    const last = rows.at(-1);
    if (!last || rows.length < atOnce) return;
    after = Number(last.id);
  }
}

export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from directories where schema_revision > 0`.execute(db);
  for (const { id } of rows) {
    // Under row-level security, a directory must be named to be seen.
    await sql`select set_config(${directoriesSetting}, ${`{${id}}`}, true)`.execute(db);
    const { rows: declared } = await sql<Declared>`
      select definition ->> 'id' as urn, null as type, definition -> 'attributes' as attributes
      from directory_schemas where directory_id = ${id}
      union all select null, definition ->> 'name', definition -> 'schema' -> 'attributes'
      from directory_resource_types where directory_id = ${id}`.execute(db);
    const silent = declared.filter(hasNever);
    if (silent.length > 0) await mend(db, id, silent);
  }
  await sql`select set_config(${directoriesSetting}, '', true)`.execute(db);
}
