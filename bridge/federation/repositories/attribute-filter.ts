// The reader of attribute-source.ts in SQL, for searches by attribute. Expects the user under the alias `u`; an
// integration test compares the two.
import { type RawBuilder, sql } from 'kysely';
import type { AttributeSource } from '../mappings/attribute-source.ts';

/** Says whether the user has the attribute with exactly this value. */
export function attributeMatches(source: AttributeSource, value: string): RawBuilder<boolean> {
  const found = sql`u.resource #> ${[...source.keys]}::text[]`;
  const held =
    source.subAttribute === undefined
      ? sql`case jsonb_typeof(e.element) when 'object' then e.element -> 'value' else e.element end`
      : sql`e.element -> ${source.subAttribute}`;
  const conditions = source.conditions.map(
    (condition) => sql<boolean>`lower(e.element ->> ${condition.subAttribute}) = lower(${condition.value})`,
  );
  const matches = sql<boolean>`case jsonb_typeof(v.held)
    when 'array' then v.held @> to_jsonb(${value}::text) when 'object' then false else v.held #>> '{}' = ${value} end`;
  return sql<boolean>`exists (
    select from jsonb_array_elements(
      case jsonb_typeof(${found}) when 'array' then ${found} else jsonb_build_array(${found}) end) as e (element)
    cross join lateral (select ${held} as held) as v
    where ${sql.join([...conditions, matches], sql` and `)})`;
}
