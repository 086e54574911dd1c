// Vitest's global set-up for the tests on containers: the images of the checkout, and a place for the stack that test
// files share because a Keycloak takes its time to start.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildImages } from './images.ts';
import { type StackPlan, useStack } from './stack.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the plan of the shared stack is written down. */
    sharedStackFile: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildImages();
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-containers-'));
  const file = join(folder, 'stack.json');
  project.provide('sharedStackFile', file);
  return async () => {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const plan: StackPlan = JSON.parse(text);
      const stack = await useStack(plan);
      await stack.close();
    }
    await rm(folder, { recursive: true, force: true });
  };
}
