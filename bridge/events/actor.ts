// Who acts, for whatever an operator's request or command calls: it goes along with the asynchronous context, so that no
// use case can forget to hand it on (docs/decisions/0019-audit-log.md).
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Actor } from './contracts.ts';

const acting = new AsyncLocalStorage<Actor>();

/** What nobody asked for, such as the directory that AUTHENTICATION_SECRET needs. */
export const bridgeItself: Actor = { name: 'bridge' };

/** Runs `work`, and all that it waits for, as this actor. */
export const actingAs = <T>(actor: Actor, work: () => T): T => acting.run(actor, work);

export const presentActor = (): Actor => acting.getStore() ?? bridgeItself;
