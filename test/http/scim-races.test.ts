// Creates that race for a name, and resources at the limits of what is taken.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { everythingIn, expectRefusal } from '../support/refusals.ts';
import { groupSchema, newUser, patchOp, userSchema } from '../support/scim.ts';

let bridge: TestBridge;

beforeAll(async () => {
  bridge = await createTestBridge({ poolSize: 16 });
});
afterAll(() => bridge.close());

describe('racing creates', () => {
  test('of 16 users with one userName exactly one is made', async () => {
    const racing = await bridge.directory();
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        racing.post('/Users', {
          schemas: [userSchema],
          userName: n % 2 ? 'racer@acme.test' : 'RACER@acme.test',
          password: 'secr3t',
          emails: [{ value: `r${n}@acme.test` }],
        }),
      ),
    );
    const made = answers.filter((answer) => answer.status === 201);
    expect(made).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 201) expectRefusal(answer, 409, 'uniqueness');
    const { users, events } = await everythingIn(bridge, racing);
    expect(users).toMatchObject({
      totalResults: 1,
      Resources: [{ id: made[0]?.body.id, emails: made[0]?.body.emails }],
    });
    expect(events.map((event) => event.type)).toEqual(['user.created']);
  });

  test('of 16 groups with one displayName exactly one is made', async () => {
    const racing = await bridge.directory();
    const member = await newUser(racing, 'member');
    const answers = await Promise.all(
      Array.from({ length: 16 }, () =>
        racing.post('/Groups', { schemas: [groupSchema], displayName: 'Race', members: [{ value: member.id }] }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array.from({ length: 15 }, () => 409)]);
    const { groups, events } = await everythingIn(bridge, racing);
    expect(groups.totalResults).toBe(1);
    expect(events.map((event) => event.type)).toEqual(['user.created', 'group.created', 'group.member_added']);
  });
});

test('at the limits a user is still taken', async () => {
  const roomy = await bridge.directory();
  const made = await newUser(roomy, '\u{10ffff}'.repeat(127), {
    externalId: 'ﷺ'.repeat(512),
    displayName: 'İ'.repeat(512),
    title: 'x'.repeat(65_536),
    emails: Array.from({ length: 1_000 }, (_, n) => ({ value: `e${n}@acme.test` })),
  });
  expect((await roomy.get(`/Users/${made.id}`)).body).toEqual(made);
  const operations = Array.from({ length: 1_000 }, (_, n) => ({ op: 'replace', path: 'nickName', value: `n${n}` }));
  expect((await roomy.patch(`/Users/${made.id}`, patchOp(...operations))).body.nickName).toBe('n999');
  const many = Array.from({ length: 20_000 }, (_, n) => ({ value: `member-${n}` }));
  const big = await roomy.post('/Groups?attributes=displayName', {
    schemas: [groupSchema],
    displayName: 'Big',
    members: many,
  });
  expect(big.status).toBe(201);
  expect((await roomy.get(`/Groups/${big.body.id}`)).body.members).toHaveLength(20_000);
});
