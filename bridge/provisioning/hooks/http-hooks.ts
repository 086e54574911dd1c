// The operator's hooks as an HTTP service: it gets the context as JSON and answers as a module's hook would.
import type { Outgoing } from '../../platform/http/outgoing.ts';
import type { AfterContext, BeforeAnswer, BeforeContext, Hooks } from './contracts.ts';

export interface HttpHooksOptions {
  url: URL;
  /** Sent as a bearer token, so that the service knows who asks; asked for each time. */
  secret: () => string | undefined;
  /** Which hooks the service wants. */
  wants: readonly ('before' | 'after')[];
  timeoutMs: number;
  outgoing: Outgoing;
}

/** As large as the largest SCIM request, with some room for what is around the resource. */
const maxAnswerBytes = 4 * 1024 * 1024;

export function createHttpHooks({ url, secret, wants, timeoutMs, outgoing }: HttpHooksOptions): Hooks {
  async function post(hook: 'before' | 'after', context: BeforeContext | AfterContext): Promise<string> {
    const bearer = secret();
    const { status, text } = await outgoing.call(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify({ hook, ...context }),
      timeoutMs,
      maxBytes: maxAnswerBytes,
    });
    if (status === 200 || status === 204) return text;
    throw new Error(`${url.host} answered ${status} instead of 200 or 204`);
  }

  return {
    ...(wants.includes('before') && {
      async before(context): Promise<BeforeAnswer> {
        const text = await post('before', context);
        // What it holds is checked where the answers of all hooks are.
        return text.trim() === '' ? undefined : JSON.parse(text);
      },
    }),
    ...(wants.includes('after') && {
      async after(context): Promise<void> {
        await post('after', context);
      },
    }),
  };
}
