// Every row of the conformance tables, under the strict profile and under the one that directories have by default.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { createTestBridge, type TestBridge } from '../support/bridge.ts';
import { features } from './requirements/features.ts';
import { meet, prepare, type Scene } from './run.ts';

/** No two resources are of the same instant, so that the rows on dates know what they find. */
const start = Date.now();
let ticks = 0;
const clock = { now: () => new Date(start + ++ticks) };

let bridge: TestBridge;
beforeAll(async () => {
  bridge = await createTestBridge({ clock });
});
afterAll(() => bridge.close());

for (const profile of ['rfc', 'auto'] as const) {
  for (const feature of features) {
    describe(`${feature.name} (${profile})`, () => {
      let scene: Scene;
      beforeAll(async () => {
        scene = await prepare(bridge, profile, feature);
      });

      for (const requirement of feature.requirements) {
        if (requirement.profile !== undefined && requirement.profile !== profile) continue;
        test(`${requirement.section}: ${requirement.says}`, () => meet(scene, requirement));
      }
    });
  }
}
