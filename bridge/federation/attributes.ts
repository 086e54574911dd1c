// The SCIM attributes that Keycloak gets as user attributes, and where they are in a User resource.
import { ENTERPRISE_USER_SCHEMA } from '../scim/schema/enterprise-user-schema.ts';

/** The way to the value; with `each`, to a list of objects that hold the values under that key. */
interface Source {
  path: readonly string[];
  each?: string;
}

const core = (name: string): Source => ({ path: [name] });
const enterprise = (...path: string[]): Source => ({ path: [ENTERPRISE_USER_SCHEMA, ...path] });

const sources = {
  displayName: core('displayName'),
  nickName: core('nickName'),
  title: core('title'),
  userType: core('userType'),
  preferredLanguage: core('preferredLanguage'),
  locale: core('locale'),
  timezone: core('timezone'),
  profileUrl: core('profileUrl'),
  phoneNumbers: { path: ['phoneNumbers'], each: 'value' },
  employeeNumber: enterprise('employeeNumber'),
  costCenter: enterprise('costCenter'),
  organization: enterprise('organization'),
  division: enterprise('division'),
  department: enterprise('department'),
  manager: enterprise('manager', 'value'),
} satisfies Record<string, Source>;

export type AttributeName = keyof typeof sources;

export const attributeNames = Object.keys(sources).filter((name): name is AttributeName =>
  Object.hasOwn(sources, name),
);

export const isAttributeName = (name: string): name is AttributeName => Object.hasOwn(sources, name);

const sourceOf = (name: AttributeName): Source => sources[name];

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** The attribute's values in `resource`: strings that are not empty, in their order. */
export function readAttribute(resource: Record<string, unknown>, name: AttributeName): string[] {
  const { path, each } = sourceOf(name);
  const found = path.reduce<unknown>(child, resource);
  const values = each === undefined ? [found] : Array.isArray(found) ? found.map((item) => child(item, each)) : [];
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}

/** The smallest resource that has the attribute with this value: what a resource must contain to match. */
export function resourceWith(name: AttributeName, value: string): Record<string, unknown> {
  const { path, each } = sourceOf(name);
  const leaf: unknown = each === undefined ? value : [{ [each]: value }];
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), leaf) as Record<string, unknown>;
}
