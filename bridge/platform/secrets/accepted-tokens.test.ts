import { expect, it } from 'vitest';
import { type Accepted, createAcceptedTokens } from './accepted-tokens.ts';

function setUp(expiresAt: Date | null = null) {
  let ms = 0;
  const state = { live: true, asked: 0, touched: 0, passed: (by: number) => (ms += by), hold: Promise.resolve() };
  const note = async () => {
    state.touched += 1;
  };
  const tokens = createAcceptedTokens<string>({
    clock: { now: () => new Date(ms) },
    async lookUp(slug): Promise<Accepted<string> | undefined> {
      state.asked += 1;
      const found = state.live ? { access: slug, ownerId: 'acme', use: { id: 't', note }, expiresAt } : undefined;
      await state.hold;
      return found;
    },
  });
  return { tokens, state };
}

it('believes a token for two seconds, and one that was refused never', async () => {
  const { tokens, state } = setUp();
  expect(await tokens.authenticate('acme', 'a')).toBe('acme');
  state.live = false;
  state.passed(1_999);
  expect(await tokens.authenticate('acme', 'a')).toBe('acme');
  expect(state.asked).toBe(1);
  state.passed(1);
  expect(await tokens.authenticate('acme', 'a')).toBeUndefined();
  state.live = true;
  expect(await tokens.authenticate('acme', 'a')).toBe('acme');
});

it('believes no token beyond its end', async () => {
  const { tokens, state } = setUp(new Date(500));
  await tokens.authenticate('acme', 'a');
  state.live = false;
  state.passed(500);
  expect(await tokens.authenticate('acme', 'a')).toBeUndefined();
});

it('believes no token that was revoked while it was looked up', async () => {
  const { tokens, state } = setUp();
  let resume = () => {};
  state.hold = new Promise((resolve) => {
    resume = resolve;
  });
  const first = tokens.authenticate('acme', 'a');
  state.live = false;
  tokens.forget('acme');
  resume();
  expect(await first).toBe('acme');
  expect(await tokens.authenticate('acme', 'a')).toBeUndefined();
});

it('forgets the tokens of one owner, and notes the use of a token once a minute', async () => {
  const { tokens, state } = setUp();
  state.passed(100_000);
  await tokens.authenticate('acme', 'a');
  tokens.forget('other');
  await tokens.authenticate('acme', 'a');
  expect(state.asked).toBe(1);
  tokens.forget('acme');
  await tokens.authenticate('acme', 'a');
  expect([state.asked, state.touched]).toEqual([2, 1]);
  state.passed(60_001);
  await tokens.authenticate('acme', 'a');
  expect(state.touched).toBe(2);
});
