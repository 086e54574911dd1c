// Makes docs/scim-support.md from what the server says of itself, its schemas, its profiles and the conformance tables.
import { groupStorage, userStorage } from '../../bridge/provisioning/filters/filter-columns.ts';
import { profileNames, tolerancesOf } from '../../bridge/scim/interop/profiles.ts';
import { toleranceNames, toleranceNotes } from '../../bridge/scim/interop/tolerances.ts';
import { commonAttributes } from '../../bridge/scim/schema/common-attributes.ts';
import type { AttributeDefinition, SchemaDefinition } from '../../bridge/scim/schema/model.ts';
import { resourceTypes } from '../../bridge/scim/schema/resource-types.ts';
import type { Body } from '../support/bridge.ts';
import { features } from './requirements/features.ts';
import type { Feature } from './table.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const yesNo = (value: unknown): string => (value ? 'yes' : 'no');

function featureRow({ name, supported, requirements }: Feature): string[] {
  const sections = [...new Set(requirements.map(({ section }) => section.replace(/^RFC /, '')))].sort();
  return [name, yesNo(supported), sections.join(', '), String(requirements.length), `${name} (rfc), ${name} (auto)`];
}

/** Every member of ServiceProviderConfig that has something to say. */
function configRows(config: Body): string[][] {
  const rows: string[][] = [];
  for (const [name, value] of Object.entries<Body>(config)) {
    if (['schemas', 'meta', 'id'].includes(name) || typeof value !== 'object') continue;
    if (Array.isArray(value)) {
      rows.push([name, value.map((scheme) => scheme.type).join(', ')]);
    } else {
      const { supported, ...rest } = value;
      const details = supported === false ? [] : Object.entries(rest).map(([key, detail]) => `${key} ${detail}`);
      rows.push([name, [...(supported === undefined ? [] : [yesNo(supported)]), ...details].join(', ')]);
    }
  }
  return rows;
}

function attributeRows(attributes: readonly AttributeDefinition[], prefix = ''): string[][] {
  return attributes.flatMap((attribute) => [
    [
      `\`${prefix}${attribute.name}\``,
      `${attribute.type}${attribute.multiValued ? ', several' : ''}`,
      [
        attribute.mutability,
        ...(attribute.required ? ['required'] : []),
        ...(attribute.caseExact ? ['caseExact'] : []),
        ...(attribute.returned === 'default' ? [] : [`returned ${attribute.returned}`]),
        ...(attribute.uniqueness === 'none' ? [] : ['unique in the directory']),
      ].join(', '),
    ],
    ...attributeRows(attribute.subAttributes ?? [], `${prefix}${attribute.name}.`),
  ]);
}

const schemaSection = (title: string, attributes: readonly AttributeDefinition[]): string =>
  `### ${title}\n\n${table(['attribute', 'type', 'characteristics'], attributeRows(attributes))}`;

function schemaSections(): string {
  const schemas = new Set<SchemaDefinition>(
    resourceTypes.flatMap((type) => [type.schema, ...type.extensions.map(({ schema }) => schema)]),
  );
  return [
    schemaSection('Every resource', commonAttributes),
    ...[...schemas].map((schema) => schemaSection(`${schema.name} (\`${schema.id}\`)`, schema.attributes)),
  ].join('\n\n');
}

function toleranceTable(): string {
  const rows = toleranceNames.map((name) => [`\`${name}\``, toleranceNotes[name]]);
  return table(['tolerance', 'who needs it, and what it does'], rows);
}

function profileTable(): string {
  const rows = toleranceNames.map((name) => [
    `\`${name}\``,
    ...profileNames.map((profile) => (tolerancesOf(profile)[name] ? '✓' : '')),
  ]);
  return table(['', ...profileNames], rows);
}

const notSearchable = [...new Set([...userStorage.unsupported, ...groupStorage.unsupported])]
  .map((path) => `\`${path}\``)
  .join(', ');

/** The whole page. `config` is the ServiceProviderConfig that a directory answers. */
export function supportPage(config: Body): string {
  return `# What of SCIM 2.0 is supported

Made by \`npm run sync:scim-support\` from the schemas, the profiles and the conformance tables; a test fails when it is out of date.
Every feature's requirements are tested under the strict profile \`rfc\` and under \`auto\`, which directories have by default
(\`test/conformance/conformance.test.ts\`). Beside them, \`scim2-cli\` and \`scim-sanity\` have to find no failure
(\`test/conformance/outside/\`).

## Features

${table(['feature', 'supported', 'sections', 'requirements', 'tests'], features.map(featureRow))}

## ServiceProviderConfig

${table(['feature', 'value'], configRows(config))}

## Profiles

A profile is the set of tolerances for one identity provider's dialect. \`rfc\` has none, \`auto\` has all: each is unambiguous.

${toleranceTable()}

${profileTable()}

Which tolerances an identity provider has really needed is counted for each directory: \`realmbridge directory show SLUG\`,
\`GET /api/v1/directories/{slug}/tolerances\`, and the metric \`realmbridge_scim_tolerance_uses_total\`. A use is a request that
succeeded and that the strict rules would have refused (or read otherwise); a bulk request's operations count if they
succeeded themselves. When none is used over a full cycle of the provider's work — joiners, changes, leavers, group changes — the directory
can be switched to \`rfc\`; the report names the strictest profile that would have accepted everything so far. A tolerance that is
used by somebody who shouldn't need it is worth a look at what sends those requests.

## Attributes

All of them can be written (unless readOnly), read, and searched (unless they are never returned). What is made only when a resource
is shown can not be searched: ${notSearchable}.

${schemaSections()}
`;
}
