// Every tolerance alone: what it forgives is refused without it, whatever else is forgiven, and reported with it.
import { describe, expect, it } from 'vitest';
import { BULK_REQUEST_SCHEMA, parseBulkRequest } from '../bulk/parse.ts';
import { checkFilter } from '../filter/check.ts';
import { parseFilter } from '../filter/parse.ts';
import { PATCH_OP_SCHEMA, parsePatch } from '../patch/parse.ts';
import { planPatch } from '../patch/plan.ts';
import { validate } from '../resource/validate.ts';
import type { Result } from '../result.ts';
import { ENTERPRISE_USER_SCHEMA } from '../schema/enterprise-user-schema.ts';
import { GROUP_SCHEMA } from '../schema/group-schema.ts';
import type { ResourceTypeDefinition } from '../schema/model.ts';
import { groupResourceType, resourceTypes, userResourceType } from '../schema/resource-types.ts';
import { USER_SCHEMA } from '../schema/user-schema.ts';
import { tolerancesOf } from './profiles.ts';
import { type ReportedTolerances, type ToleranceName, toleranceNames } from './tolerances.ts';

type Attempt = (options: ReportedTolerances) => Result<unknown>;

const createUser =
  (body: object): Attempt =>
  (options) =>
    validate(userResourceType, { schemas: [USER_SCHEMA], userName: 'anna', ...body }, 'create', options);

const createGroup =
  (body: object): Attempt =>
  (options) =>
    validate(groupResourceType, { schemas: [GROUP_SCHEMA], displayName: 'Ops', ...body }, 'create', options);

function patch(type: ResourceTypeDefinition, operation: object, message: object = { schemas: [PATCH_OP_SCHEMA] }) {
  const resource = type === userResourceType ? { userName: 'anna' } : { displayName: 'Ops' };
  return (options: ReportedTolerances): Result<unknown> => {
    const operations = parsePatch({ ...message, Operations: [operation] }, type, options);
    return operations.ok
      ? planPatch(type, { schemas: [type.schema.id], id: 'r1', ...resource }, operations.value, options)
      : operations;
  };
}

const find =
  (filter: string): Attempt =>
  (options) => {
    const parsed = parseFilter(filter, options);
    return parsed.ok ? checkFilter(parsed.value, userResourceType, options) : parsed;
  };

const bulk =
  (schemas: unknown): Attempt =>
  (options) => {
    const Operations = [{ method: 'DELETE', path: '/Users/u1' }];
    return parseBulkRequest({ schemas, Operations }, { resourceTypes, maxOperations: 1, ...options });
  };

/** The exact wording of clients, one habit each. */
const habits: Record<ToleranceName, Record<string, Attempt>> = {
  stringBooleans: {
    'a boolean as text': createUser({ active: 'False' }),
    'a boolean as text inside an element': createUser({ emails: [{ value: 'a@x.test', primary: 'true' }] }),
    'a boolean as text in a PATCH': patch(userResourceType, { op: 'Replace', path: 'active', value: 'True' }),
  },
  singleElementArrays: {
    'an array around a boolean': createUser({ active: [false] }),
    'an array around a complex value in a PATCH': patch(userResourceType, {
      op: 'add',
      path: 'name',
      value: [{ givenName: 'Anna' }],
    }),
  },
  singleValueForMultiValued: {
    'an object for a list': createUser({ emails: { value: 'a@x.test', type: 'work' } }),
    'one member for a list': (options) => createGroup({ members: { value: 'm1' } })({ ...options, bareValues: false }),
  },
  bareValues: {
    'an e-mail as text': createUser({ emails: ['a@x.test'] }),
    'a manager as text': createUser({ [ENTERPRISE_USER_SCHEMA]: { manager: 'm1' } }),
    'members as text': createGroup({ members: ['m1', 'm2'] }),
    'members as text in a PATCH': patch(groupResourceType, { op: 'add', path: 'members', value: ['m1'] }),
  },
  unknownAttributes: {
    'an attribute that no schema has': createUser({ favouriteColour: 'blue' }),
    'a sub-attribute that no schema has': createUser({ name: { givenName: 'Anna', nick: 'A' } }),
    'a path that no schema has': patch(userResourceType, { op: 'add', path: 'favouriteColour', value: 'blue' }),
    'a key of a PATCH that no schema has': patch(userResourceType, { op: 'add', value: { favouriteColour: 'blue' } }),
    'a type of member that is none': createGroup({ members: [{ value: 'm1', type: 'Device' }] }),
  },
  looseExtensionNames: {
    'an extension attribute at the root': createUser({ department: 'Sales' }),
    'a path without its URN': patch(userResourceType, { op: 'add', path: 'department', value: 'Sales' }),
    'a filter without its URN': find('department eq "Sales"'),
  },
  readOnlyEchoes: {
    'groups and meta repeated': patch(userResourceType, { op: 'replace', value: { groups: [], displayName: 'A' } }),
    'other schemas repeated': patch(userResourceType, { op: 'replace', value: { schemas: ['urn:x'] } }),
  },
  pathKeys: {
    'a dotted key': patch(userResourceType, { op: 'replace', value: { 'name.givenName': 'Anna' } }),
    'a key of an extension attribute': patch(userResourceType, {
      op: 'add',
      value: { [ENTERPRISE_USER_SCHEMA]: { 'manager.value': 'm1' } },
    }),
  },
  createOnMiss: {
    'a value path without a match': patch(userResourceType, {
      op: 'replace',
      path: 'emails[type eq "work"].value',
      value: 'a@x.test',
    }),
    'a member by its value path': patch(groupResourceType, { op: 'add', path: 'members[value eq "m1"]', value: {} }),
    'a member by its value path alone': patch(groupResourceType, { op: 'add', path: 'members[value eq "m1"]' }),
  },
  removeByValue: {
    'members in the value': patch(groupResourceType, { op: 'Remove', path: 'members', value: [{ value: 'm1' }] }),
    'e-mails in the value': patch(userResourceType, { op: 'remove', path: 'emails', value: [{ value: 'a@x.test' }] }),
  },
  unquotedFilterValues: {
    'a filter without quotes': find('userName eq anna'),
    'a path without quotes': patch(groupResourceType, { op: 'remove', path: 'members[value eq m1]' }),
  },
  looseSchemas: {
    'no schemas': createUser({ schemas: undefined }),
    'a schema that is not here': createUser({ schemas: [USER_SCHEMA, 'urn:x:custom'] }),
    'no schemas in a PATCH': patch(userResourceType, { op: 'replace', path: 'active', value: true }, {}),
    'other schemas in a bulk request': bulk(['urn:x']),
  },
  wrappedValues: {
    'members inside members': patch(groupResourceType, {
      op: 'add',
      path: 'members',
      value: { members: [{ value: 'm1' }] },
    }),
  },
};

/** What looks much like the above and needs no forgiveness. */
const rightful: Record<string, Attempt> = {
  'a whole user': createUser({
    schemas: [USER_SCHEMA.toUpperCase(), ENTERPRISE_USER_SCHEMA],
    active: true,
    name: { givenName: 'true' },
    emails: [{ value: 'a@x.test', primary: true }],
    groups: [],
    [ENTERPRISE_USER_SCHEMA]: { department: 'Sales', manager: { value: 'm1' } },
  }),
  members: createGroup({ members: [{ value: 'm1', type: 'User' }] }),
  'a lone value to be added': patch(userResourceType, { op: 'add', path: 'emails', value: { value: 'a@x.test' } }),
  'a lone member to be added': patch(groupResourceType, { op: 'add', path: 'members', value: { value: 'm1' } }),
  'all members removed': patch(groupResourceType, { op: 'remove', path: 'members' }),
  'a name removed, with a value': patch(userResourceType, { op: 'remove', path: 'name', value: [{}] }),
  'known schemas and the same id repeated': patch(userResourceType, {
    op: 'replace',
    value: { id: 'r1', schemas: [USER_SCHEMA], displayName: 'A' },
  }),
  'an extension under its URN': patch(userResourceType, {
    op: 'add',
    value: { [ENTERPRISE_USER_SCHEMA]: { department: 'Sales' } },
  }),
  'a filter': find(`userName eq "anna" and ${ENTERPRISE_USER_SCHEMA}:department pr and active eq true`),
  'a bulk request': bulk([BULK_REQUEST_SCHEMA]),
};

function attempt(run: Attempt, tolerances: ReportedTolerances): { ok: boolean; used: ToleranceName[] } {
  const used = new Set<ToleranceName>();
  const result = run({ ...tolerances, used: (name) => used.add(name) });
  return { ok: result.ok, used: [...used] };
}

const all = tolerancesOf('auto');
const none = tolerancesOf('rfc');

describe.each(toleranceNames)('%s', (name) => {
  describe.each(Object.entries(habits[name]))('%s', (_, run) => {
    it('is accepted with it, which is reported, and needs no other', () => {
      expect(attempt(run, all)).toEqual({ ok: true, used: [name] });
      expect(attempt(run, { ...none, [name]: true })).toEqual({ ok: true, used: [name] });
    });

    it('is refused without it, or what is meant is lost', () => {
      expect(attempt(run, none)).toEqual({ ok: false, used: [] });
      expect(attempt(run, { ...all, [name]: false })).not.toEqual({ ok: true, used: [] });
    });
  });
});

it.each(Object.entries(rightful))('%s is accepted without any of them, and none is reported', (_, run) => {
  for (const tolerances of [all, none]) expect(attempt(run, tolerances)).toEqual({ ok: true, used: [] });
});
