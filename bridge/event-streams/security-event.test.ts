// What a SET says of an event of the log: the shapes of RFC 9967, and nothing that may not be told.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { EventType, LoggedEvent } from '../events/contracts.ts';
import { tolerancesOf } from '../scim/interop/profiles.ts';
import { type JsonObject, type JsonValue, own } from '../scim/json.ts';
import { parsePatch } from '../scim/patch/parse.ts';
import { planPatch } from '../scim/patch/plan.ts';
import type { SchemaDeclaration } from '../scim/schema/declaration.ts';
import { standardTypes, typesWith, userResourceType } from '../scim/schema/resource-types.ts';
import type { Content } from './contracts.ts';
import { jtiOf, parseJti, type SetClaims, securityEvent, type ToldStream } from './security-event.ts';

const user = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const uri = (name: string) => `urn:ietf:params:scim:event:${name}`;
const directoryId = '0199f0c2-8c1e-7aaa-9d2c-2f6f0c1f7b11';
const resourceId = '0199f0c2-8c1e-7bbb-9d2c-2f6f0c1f7b12';
const streamId = '0199f0c2-8c1e-7ccc-9d2c-2f6f0c1f7b13';

const streamOf = (content: Content, over: Partial<ToldStream> = {}): ToldStream => ({
  ...{ id: streamId, baseUrl: 'https://bridge.test', audience: 'https://receiver.test', content },
  ...{ events: null, resourceTypes: null, ...over },
});

const event = (type: EventType, data: LoggedEvent['data'] = {}, over: Partial<LoggedEvent> = {}): LoggedEvent => ({
  ...{ directoryId, position: 7, type, resourceType: 'User', resourceId, resourceVersion: 4, data },
  ...{
    createdAt: new Date('2026-11-23T08:15:02.914Z'),
    actor: { name: 'token:rb_scim_Ab12cd', requestId: 'request-1' },
  },
  ...over,
});

function told(content: Content, logged: LoggedEvent, over: Partial<ToldStream> = {}): SetClaims['events'] | undefined {
  return securityEvent(streamOf(content, over), 'acme', standardTypes.all, logged)?.events;
}

const changes = {
  externalId: { before: null, after: 'e-1' },
  userName: { before: null, after: 'anna' },
  name: { before: null, after: { givenName: 'Anna' } },
  [enterprise]: { before: null, after: { department: 'Sales' } },
};

describe('the claims', () => {
  it('name issuer, audience, subject, transaction and time as RFC 8417 and RFC 9967 want them', () => {
    expect(securityEvent(streamOf('notice'), 'acme', standardTypes.all, event('user.created', { changes }))).toEqual({
      iss: 'https://bridge.test/scim/v2/acme',
      aud: 'https://receiver.test',
      jti: `${streamId}.${directoryId}.7`,
      txn: 'request-1:4',
      toe: 1795421702,
      sub_id: { format: 'scim', uri: `/Users/${resourceId}`, externalId: 'e-1' },
      events: {
        [uri('prov:create:notice')]: {
          version: 'W/"4"',
          attributes: ['id', 'externalId', 'userName', 'name', `${enterprise}:department`],
        },
      },
    });
  });

  it('have a jti that is given back as what it names, and by its own stream alone', () => {
    const jti = jtiOf(streamId, directoryId, 12);
    expect(parseJti(streamId, jti)).toEqual({ directoryId, position: 12 });
    expect(parseJti(directoryId, jti)).toBeUndefined();
    for (const wrong of ['', 'x', `${jti}x`, `${streamId}.${directoryId}.0`, `${streamId}.${directoryId}.9e9`]) {
      expect(parseJti(streamId, wrong), wrong).toBeUndefined();
    }
  });

  it('have one transaction for all that tells of one change, and another for the next one in the same request', () => {
    const txn = (over: Partial<LoggedEvent>) =>
      securityEvent(streamOf('notice'), 'acme', standardTypes.all, event('user.deleted', {}, over))?.txn;
    expect(txn({ position: 8 })).toBe(txn({ position: 9 }));
    expect(txn({ resourceVersion: 5 })).not.toBe(txn({}));
    expect(txn({ actor: { name: 'bridge' } })).toBe(`${directoryId}.7`);
  });
});

describe('what happened', () => {
  it('is a created resource with its values in full', () => {
    expect(told('full', event('user.created', { changes }))).toEqual({
      [uri('prov:create:full')]: {
        version: 'W/"4"',
        data: {
          ...{ schemas: [user, enterprise], id: resourceId, externalId: 'e-1', userName: 'anna' },
          ...{ name: { givenName: 'Anna' }, [enterprise]: { department: 'Sales' } },
        },
      },
    });
  });

  it('is a PATCH of exactly what differs, whose paths are those that a notice names', () => {
    const changed = event('user.updated', {
      changes: {
        title: { before: 'Engineer', after: null },
        name: { before: { givenName: 'Anna', middleName: 'B' }, after: { givenName: 'Anne' } },
        [enterprise]: { before: { department: 'Sales' }, after: null },
      },
    });
    expect(told('full', changed)).toEqual({
      [uri('prov:patch:full')]: {
        version: 'W/"4"',
        data: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [
            { op: 'replace', path: 'name.givenName', value: 'Anne' },
            { op: 'remove', path: 'name.middleName' },
            { op: 'remove', path: 'title' },
            { op: 'remove', path: `${enterprise}:department` },
          ],
        },
      },
    });
    expect(told('notice', changed)).toEqual({
      [uri('prov:patch:notice')]: {
        version: 'W/"4"',
        attributes: ['name.givenName', 'name.middleName', 'title', `${enterprise}:department`],
      },
    });
  });

  it('is a deactivation under its own name, and the attribute under that of a PATCH', () => {
    const off = event('user.deactivated', { changes: { active: { before: true, after: false } } });
    expect(told('notice', off)).toEqual({
      [uri('prov:deactivate')]: { version: 'W/"4"' },
      [uri('prov:patch:notice')]: { version: 'W/"4"', attributes: ['active'] },
    });
    expect(told('notice', off, { events: ['prov:deactivate'] })).toEqual({
      [uri('prov:deactivate')]: { version: 'W/"4"' },
    });
    const on = event('user.activated', { changes: { active: { before: false, after: true } } });
    expect(Object.keys(told('full', on) ?? {})).toEqual([uri('prov:activate'), uri('prov:patch:full')]);
  });

  it('is a deletion without a word more', () => {
    const gone = { changes: { userName: { before: 'anna', after: null }, externalId: { before: 'e-1', after: null } } };
    expect(told('full', event('user.deleted', gone))).toEqual({ [uri('prov:delete')]: {} });
  });

  it('is members as a PATCH of the group', () => {
    const group = { resourceType: 'Group' };
    expect(told('full', event('group.member_added', { members: ['a', 'b'] }, group))).toMatchObject({
      [uri('prov:patch:full')]: {
        data: { Operations: [{ op: 'add', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }] },
      },
    });
    expect(told('full', event('group.member_removed', { members: ['a'] }, group))).toMatchObject({
      [uri('prov:patch:full')]: { data: { Operations: [{ op: 'remove', path: 'members[value eq "a"]' }] } },
    });
    expect(told('notice', event('group.member_removed', { members: ['a'] }, group))).toMatchObject({
      [uri('prov:patch:notice')]: { attributes: ['members'] },
    });
  });

  it('is a changed password by the name of the attribute, in full as well', () => {
    for (const content of ['full', 'notice'] as const) {
      expect(told(content, event('user.password_changed'))).toEqual({
        [uri('prov:patch:notice')]: { version: 'W/"4"', attributes: ['password'] },
      });
    }
  });

  it('is nothing when it is no SCIM resource, of no wanted type, or no wanted event', () => {
    expect(told('full', event('directory.updated', {}, { resourceType: 'Directory' }))).toBeUndefined();
    expect(told('full', event('resource.created', {}, { resourceType: 'Unknown' }))).toBeUndefined();
    expect(told('full', event('user.adopted'))).toBeUndefined();
    expect(told('full', event('user.created', { changes }), { resourceTypes: ['Group'] })).toBeUndefined();
    expect(told('full', event('user.created', { changes }), { events: ['prov:delete'] })).toBeUndefined();
  });
});

const badge: SchemaDeclaration = {
  ...{ id: 'urn:acme:badge', name: 'Badge', description: '', resourceType: 'User', required: false },
  attributes: [
    { ...attribute('pin'), returned: 'never' },
    attribute('number'),
    {
      ...attribute('door'),
      type: 'complex',
      subAttributes: [attribute('floor'), { ...attribute('code'), returned: 'never' }],
    },
  ],
};

function attribute(name: string): SchemaDeclaration['attributes'][number] {
  const rest = {
    description: '',
    required: false,
    caseExact: false,
    uniqueness: 'none',
    mutability: 'readWrite',
  } as const;
  return { name, type: 'string', multiValued: false, returned: 'default', ...rest };
}

test('what is never returned is not told, neither its value nor that it was changed', () => {
  const { all } = typesWith([badge]);
  const values = { pin: '4711', number: '12', door: { floor: '3', code: 'sesame' } };
  for (const content of ['full', 'notice'] as const) {
    const made = event('user.created', { changes: { ...changes, 'urn:acme:badge': { before: null, after: values } } });
    const text = JSON.stringify(securityEvent(streamOf(content), 'acme', all, made));
    expect(text).not.toMatch(/pin|4711|sesame|code/);
    expect(text).toContain('urn:acme:badge');
    const before = { ...values, pin: '1234' };
    const silent = event('user.updated', { changes: { 'urn:acme:badge': { before, after: values } } });
    expect(securityEvent(streamOf(content), 'acme', all, silent)).toBeUndefined();
  }
});

describe('any change of a user', () => {
  const value = fc.constantFrom('a', 'b', 'Ümlaut "quoted"', '😀');
  const part = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const complex = fc
    .record({ givenName: part(value), familyName: part(value), middleName: part(value) })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined)))
    .filter((fields) => Object.keys(fields).length > 0);
  const state = fc
    .record({
      userName: value,
      title: part(value),
      active: fc.boolean(),
      name: part(complex),
      emails: part(
        fc.uniqueArray(fc.record({ value: value.map((one) => `${one}@x.test`), type: value }), {
          minLength: 1,
          selector: (one) => one.value,
        }),
      ),
      [enterprise]: part(fc.record({ department: value })),
    })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, one]) => one !== undefined)) as JsonObject);

  const between = (before: JsonObject, after: JsonObject) =>
    Object.fromEntries(
      [...new Set([...Object.keys(before), ...Object.keys(after)])]
        .map((name) => [name, { before: own(before, name) ?? null, after: own(after, name) ?? null }] as const)
        .filter(([, one]) => JSON.stringify(one.before) !== JSON.stringify(one.after)),
    );
  const dataOf = (events: SetClaims['events'] | undefined, name: string): JsonValue | undefined => {
    const payload = events?.[uri(name)];
    return payload && own(payload, 'data');
  };
  const auto = tolerancesOf('auto');

  it('told in full, is applied by a SCIM server to what it was and makes what it is', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const events = told('full', event('user.updated', { changes: between(before, after) }));
        const data = dataOf(events, 'prov:patch:full');
        if (data === undefined) return expect(before).toEqual(after);
        const parsed = parsePatch(data, userResourceType, auto);
        if (!parsed.ok) throw new Error(parsed.error.detail);
        const whole = { schemas: [user], id: resourceId, ...before };
        const plan = planPatch(userResourceType, whole, parsed.value, auto);
        if (!plan.ok) throw new Error(plan.error.detail);
        const { schemas: _schemas, id: _id, ...made } = plan.value.resource;
        expect(made).toEqual(after);
      }),
    );
  });

  it('told as a notice, carries no value of it', () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const marked = (one: JsonObject) => JSON.parse(JSON.stringify(one).replaceAll(/"(a|b)"/g, '"s3cret-$1"'));
        const logged = event('user.updated', { changes: between(marked(before), marked(after)) });
        expect(JSON.stringify(told('notice', logged) ?? {})).not.toMatch(/s3cret|Ümlaut|😀|x\.test/);
      }),
    );
  });
});
