// One stack with a Keycloak for all test files of a run; realms and directories keep them apart.
import { readFile, writeFile } from 'node:fs/promises';
import { inject } from 'vitest';
import type { KeycloakServer } from '../keycloak.ts';
import { images } from './images.ts';
import { type RealmbridgeStack, type StackPlan, startStack, useStack } from './stack.ts';

export interface SharedStack {
  stack: RealmbridgeStack;
  keycloak: KeycloakServer & { managementUrl: string };
}

/** Starts it for the first file that asks. Who breaks something of it mends it. */
export async function openSharedStack(): Promise<SharedStack> {
  const file = inject('sharedStackFile');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  let stack: RealmbridgeStack;
  if (text === undefined) {
    stack = await startStack({ images });
    await writeFile(file, JSON.stringify(stack.plan));
  } else {
    const plan: StackPlan = JSON.parse(text);
    stack = await useStack(plan);
  }
  if (!stack.keycloak) throw new Error('the shared stack has no Keycloak');
  return { stack, keycloak: stack.keycloak };
}
