// A reader who applies the feed's items, whatever their number in one answer, has what an export would have given.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestBridge, type ScimClient, type TestBridge } from '../support/bridge.ts';
import { createUserStorageClient, type UserStorageClient } from '../support/user-storage-client.ts';

const schemas = {
  user: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  group: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  patch: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
};

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(() => bridge.close());

/** One request of an identity provider. Many fail, because the name is taken or nobody is there: that is no matter. */
interface Step {
  directory: number;
  what: 'create' | 'rename' | 'email' | 'toggle' | 'delete' | 'group' | 'regroup' | 'ungroup' | 'join' | 'leave';
  /** Which of the users, or groups, made so far. */
  who: number;
  which: number;
  name: string;
}
const step = fc.record<Step>({
  directory: fc.nat(1),
  what: fc.constantFrom(
    'create',
    'create',
    'create',
    'rename',
    'email',
    'toggle',
    'delete',
    'group',
    'regroup',
    'ungroup',
    'join',
    'join',
    'leave',
  ),
  who: fc.nat(20),
  which: fc.nat(20),
  name: fc.constantFrom('a', 'B', 'b', 'c', 'd'),
});

class IdentityProvider {
  readonly users: string[] = [];
  readonly groups: string[] = [];
  readonly scim: ScimClient;
  constructor(scim: ScimClient) {
    this.scim = scim;
  }

  async do({ what, who, which, name }: Step): Promise<void> {
    const user = this.users[who % Math.max(1, this.users.length)];
    const group = this.groups[which % Math.max(1, this.groups.length)];
    const emails = [{ value: `${name}@example.com`, primary: true }];
    const patch = (path: string, ...Operations: unknown[]) =>
      this.scim.patch(path, { schemas: schemas.patch, Operations });
    if (what === 'create') {
      const made = await this.scim.post('/Users', { schemas: schemas.user, userName: name, emails });
      if (made.status === 201) this.users.push(made.body.id);
    } else if (what === 'group') {
      const members = user === undefined ? [] : [{ value: user }];
      const made = await this.scim.post('/Groups', { schemas: schemas.group, displayName: name, members });
      if (made.status === 201) this.groups.push(made.body.id);
    } else if (user !== undefined && ['rename', 'email', 'toggle', 'delete'].includes(what)) {
      if (what === 'rename') await patch(`/Users/${user}`, { op: 'replace', path: 'userName', value: name });
      if (what === 'email') await patch(`/Users/${user}`, { op: 'replace', path: 'emails', value: emails });
      if (what === 'toggle') await patch(`/Users/${user}`, { op: 'replace', path: 'active', value: who % 2 === 0 });
      if (what === 'delete') await this.scim.delete(`/Users/${user}`);
    } else if (group !== undefined) {
      if (what === 'regroup') await patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: name });
      if (what === 'ungroup') await this.scim.delete(`/Groups/${group}`);
      if (what === 'join')
        await patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: user ?? 'nobody' }] });
      if (what === 'leave') await patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${user}"]` });
    }
  }
}

/** What Keycloak keeps: everything by id. */
class Copy {
  readonly users = new Map<string, unknown>();
  readonly groups = new Map<string, unknown>();

  /** Reads the feed to its end and answers the next cursor. */
  async follow(client: UserStorageClient, cursor: string, max: number): Promise<string> {
    for (;;) {
      const { status, body } = await client.changes(cursor, { max: String(max) });
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(max);
      for (const item of body.items) {
        const rows = item.kind === 'user' ? this.users : this.groups;
        if (item.state === 'present') rows.set(item.id, item[item.kind]);
        else rows.delete(item.id);
      }
      cursor = body.cursor;
      if (!body.more) return cursor;
    }
  }
}

it('ends with what an export gives', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.array(step, { minLength: 1, maxLength: 12 }), fc.constantFrom(1, 2, 3, 500)), {
        minLength: 1,
        maxLength: 3,
      }),
      async (rounds) => {
        const providers = [
          new IdentityProvider(await bridge.directory()),
          new IdentityProvider(await bridge.directory()),
        ];
        const client = await createUserStorageClient(
          bridge,
          providers.map(({ scim }) => scim.directory.slug),
        );
        const copy = new Copy();
        let cursor = await client.cursor();
        for (const [steps, max] of rounds) {
          for (const one of steps) await providers[one.directory]?.do(one);
          cursor = await copy.follow(client, cursor, max);
          const lines = await client.export();
          const of = (kind: string) =>
            new Map(lines.filter((line) => line.kind === kind).map((line) => [line[kind].id, line[kind]]));
          expect(copy.users).toEqual(of('user'));
          expect(copy.groups).toEqual(of('group'));
        }
      },
    ),
    { numRuns: 40 },
  );
});
