// Where a value is in a stored SCIM resource: parsed once from the path that an operator writes, then read from each user.
import { findAttribute, isForbiddenName, resolveAttribute, resolveSchema } from '../../scim/schema/resolve.ts';
import { userResourceType } from '../../scim/schema/resource-types.ts';

/** `type eq "work"`: an element counts when its sub-attribute has this value, case aside. */
export interface ElementCondition {
  subAttribute: string;
  value: string;
}

export interface AttributeSource {
  /** The path as it is written canonically: `phoneNumbers[type eq "work"].value`. */
  text: string;
  /** Keys from the resource's root to the attribute: an extension's URN if there is one, and the attribute's name. */
  keys: readonly string[];
  /** All must hold for an element of a multi-valued attribute. */
  conditions: readonly ElementCondition[];
  /** The key of the value in an element; without one, an element that is an object gives its `value`. */
  subAttribute: string | undefined;
  /** Whether there may be several values. Of attributes that this release doesn't know, nobody can say: then there may. */
  multiValued: boolean;
}

export type ParsedSource = { ok: true; source: AttributeSource } | { ok: false; problem: string };

const maxPathLength = 500;
const maxConditions = 5;
/** More values of one attribute than anybody has; what comes after them isn't served. */
const maxValues = 200;

const name = String.raw`[A-Za-z$][\w$-]*`;
const pathPattern = new RegExp(
  String.raw`^(?:(?<urn>urn:[^[\]"\s]+):)?(?<attribute>${name})(?:\[(?<filter>.*)\])?(?:\.(?<sub>${name}))?$`,
  'is',
);
const conditionPattern = new RegExp(
  String.raw`^\s*(?<sub>${name})\s+eq\s+(?:"(?<text>(?:[^"\\]|\\["\\])*)"|(?<flag>true|false))\s*(?:and\b(?=\s)|$)`,
  'i',
);
/** What every user has besides, in Keycloak's own places or nowhere. */
const unmapped = new Set(['id', 'meta', 'schemas', 'password', 'groups']);

const refuse = (problem: string): ParsedSource => ({ ok: false, problem });

function parseConditions(filter: string): ElementCondition[] | undefined {
  const conditions: ElementCondition[] = [];
  for (let rest = filter; rest.trim() !== ''; ) {
    const match = conditionPattern.exec(rest);
    if (!match?.groups || conditions.length === maxConditions) return undefined;
    const { sub = '', text, flag = '' } = match.groups;
    conditions.push({ subAttribute: sub, value: text?.replace(/\\(["\\])/g, '$1') ?? flag.toLowerCase() });
    rest = rest.slice(match[0].length);
    if (rest.trim() === '' && /and\s*$/i.test(match[0])) return undefined;
  }
  return conditions.length === 0 ? undefined : conditions;
}

const printed = (conditions: readonly ElementCondition[]): string =>
  conditions.length === 0
    ? ''
    : `[${conditions.map(({ subAttribute, value }) => `${subAttribute} eq ${JSON.stringify(value)}`).join(' and ')}]`;

/** An attribute of the schemas that every directory has: its names are checked, and spelt as stored. */
function knownSource(bare: string, conditions: ElementCondition[], sub: string | undefined): ParsedSource {
  const path = resolveAttribute(userResourceType, sub === undefined ? bare : `${bare}.${sub}`);
  if (!path) return refuse(`User has no attribute "${bare}${sub === undefined ? '' : `.${sub}`}"`);
  const { attribute, subAttribute, extension } = path;
  if (unmapped.has(attribute.name) && extension === undefined) return refuse(`"${attribute.name}" can't be mapped`);
  if (conditions.length > 0 && !attribute.multiValued) {
    return refuse(`"${attribute.name}" has one value at most, so that a filter can't select from it`);
  }
  const spelt: ElementCondition[] = [];
  for (const { subAttribute: written, value } of conditions) {
    const found = findAttribute(attribute.subAttributes, written);
    if (!found) return refuse(`"${attribute.name}" has no sub-attribute "${written}"`);
    spelt.push({ subAttribute: found.name, value });
  }
  if (attribute.type === 'complex' && !subAttribute && !findAttribute(attribute.subAttributes, 'value')) {
    return refuse(
      `"${attribute.name}" has several parts; name one, such as "${path.text}.${attribute.subAttributes?.[0]?.name}"`,
    );
  }
  const base = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
  return {
    ok: true,
    source: {
      text: `${base}${printed(spelt)}${subAttribute ? `.${subAttribute.name}` : ''}`,
      keys: extension === undefined ? [attribute.name] : [extension, attribute.name],
      conditions: spelt,
      subAttribute: subAttribute?.name,
      multiValued: attribute.multiValued || path.leaf.multiValued,
    },
  };
}

/**
 * Parses `attribute`, `attribute.sub`, `attribute[type eq "work"].sub`, each with or without a schema's URN in front. The
 * attributes of a URN that this release doesn't know are taken as they are written: they belong to a directory's own schema.
 */
export function parseSource(text: string): ParsedSource {
  const path = text.trim();
  if (path.length > maxPathLength) return refuse(`a path has at most ${maxPathLength} characters`);
  const match = pathPattern.exec(path);
  if (!match?.groups) {
    return refuse(
      `"${path}" is no path of a SCIM attribute, such as title, name.formatted or phoneNumbers[type eq "work"].value`,
    );
  }
  const { urn, attribute = '', filter, sub } = match.groups;
  if ([attribute, sub ?? ''].some(isForbiddenName)) return refuse(`"${path}" is no path of a SCIM attribute`);
  const conditions = filter === undefined ? [] : parseConditions(filter);
  if (!conditions) {
    return refuse(
      `a filter in brackets compares with eq, such as type eq "work", up to ${maxConditions} times joined by and`,
    );
  }
  if (urn === undefined || resolveSchema(userResourceType, urn)) {
    return knownSource(urn === undefined ? attribute : `${urn}:${attribute}`, conditions, sub);
  }
  if (conditions.some(({ subAttribute }) => isForbiddenName(subAttribute))) return refuse('no such sub-attribute');
  const source = { keys: [urn, attribute], conditions, subAttribute: sub, multiValued: true };
  return {
    ok: true,
    source: { ...source, text: `${urn}:${attribute}${printed(conditions)}${sub === undefined ? '' : `.${sub}`}` },
  };
}

function child(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

const holds = (element: unknown, { subAttribute, value }: ElementCondition): boolean =>
  textOf(child(element, subAttribute))?.toLowerCase() === value.toLowerCase();

/** The source's values in `resource` as texts that are not empty, in their order. */
export function readSource(resource: Record<string, unknown>, source: AttributeSource): string[] {
  const found = source.keys.reduce<unknown>(child, resource);
  const values: string[] = [];
  for (const element of listOf(found)) {
    if (!source.conditions.every((condition) => holds(element, condition))) continue;
    const isObject = typeof element === 'object' && element !== null;
    const value =
      isObject || source.subAttribute !== undefined ? child(element, source.subAttribute ?? 'value') : element;
    for (const one of listOf(value)) {
      const text = textOf(one);
      if (text !== undefined && values.length < maxValues) values.push(text);
    }
  }
  return values;
}
