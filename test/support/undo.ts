// An identity provider whose work is undone, beside another one in the same directory.
import { createApp } from '../../bridge/app.ts';
import { createLogger } from '../../bridge/platform/log.ts';
import { type Answer, type Body, readAnswer, type ScimClient, type TestBridge } from './bridge.ts';
import { newClient } from './directory-moves.ts';

const adminToken = 'an-admin-token-of-at-least-32-characters';

export interface TwoProviders {
  slug: string;
  /** Whose work is undone. */
  okta: ScimClient;
  /** The actor of its events. */
  actor: string;
  other: ScimClient;
  otherActor: string;
}

const actorOf = ({ token }: ScimClient, prefixes: readonly string[]): string => {
  const prefix = prefixes.find((one) => token.startsWith(one));
  return `token:${prefix}`;
};

export async function twoProviders(bridge: TestBridge): Promise<TwoProviders> {
  const okta = await bridge.directory();
  const other = await newClient(bridge, okta);
  const { slug } = okta.directory;
  // What is undone must have been done, to however many.
  await bridge.services.guard.update(slug, { enabled: false });
  const prefixes = (await bridge.services.directories.listTokens(slug)).map(({ prefix }) => prefix);
  return { slug, okta, actor: actorOf(okta, prefixes), other, otherActor: actorOf(other, prefixes) };
}

/** The management API's routes on the undo plans of a directory. */
export function undoClient(bridge: TestBridge, slug: string) {
  const app = createApp({ services: bridge.services, logger: createLogger('silent'), adminToken });
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> =>
    readAnswer(
      await app.request(`/api/v1/directories/${slug}/undo-plans${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${adminToken}`,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
  const expected = async (status: number, answer: Promise<Answer>): Promise<Body> => {
    const { status: got, body } = await answer;
    if (got !== status) throw new Error(`${got} instead of ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  return {
    call,
    plan: (actor: string, from: Date, to?: Date): Promise<Body> =>
      expected(
        201,
        call('POST', '', { actors: [actor], from: from.toISOString(), ...(to && { to: to.toISOString() }) }),
      ),
    items: (id: string, query = ''): Promise<Body> => expected(200, call('GET', `/${id}/items${query}`)),
    apply: (id: string, body: object = {}): Promise<Body> => expected(200, call('POST', `/${id}/apply`, body)),
  };
}
