// docs/scim-support.md says what is true now; `npm run sync:scim-support` writes it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { supportPage } from './support-matrix.ts';

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await createTestBridge();
});
afterAll(() => bridge.close());

test('docs/scim-support.md is up to date', async () => {
  const scim = await bridge.directory();
  const { body } = await scim.get('/ServiceProviderConfig');
  await expect(supportPage(body)).toMatchFileSnapshot('../../docs/scim-support.md');
});
