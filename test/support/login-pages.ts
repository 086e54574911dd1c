// Keycloak's login pages as somebody in front of a browser without scripts meets them.
import { type TestRealm, testClientId } from './keycloak.ts';

export interface LoginBrowser {
  go(url: string): Promise<void>;
  /** Sends the form of the page. */
  submit(fields: Record<string, string>): Promise<void>;
  status(): number;
  text(): string;
  /** The value that a field of the page's form has already. */
  field(name: string): string | undefined;
  /** Where the application was sent to, once Keycloak has let go of the user. */
  landing(): string | undefined;
}

/** Where an application sends a user to sign in. */
export const authorizationUrl = (realm: TestRealm, more: Record<string, string> = {}): string =>
  `${realm.url}/protocol/openid-connect/auth?${new URLSearchParams({
    client_id: testClientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: 'http://127.0.0.1/done',
    ...more,
  })}`;

/** It keeps cookies and follows redirects within Keycloak. */
export function openBrowser(realm: TestRealm): LoginBrowser {
  const jar = new Map<string, string>();
  let page = '';
  let at = realm.url;
  let status = 0;
  let landing: string | undefined;

  async function go(url: string, form?: Record<string, string>): Promise<void> {
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        Accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      ...(form && { body: new URLSearchParams(form) }),
      signal: AbortSignal.timeout(30_000),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    const next = response.headers.get('location');
    if (next?.startsWith(realm.url)) return go(next);
    at = url;
    status = response.status;
    page = await response.text();
    landing = next ?? undefined;
  }

  return {
    go: (url) => go(url),
    async submit(fields) {
      const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
      if (action === undefined) throw new Error(`the page has no form: ${status} ${page}`);
      await go(new URL(action.replaceAll('&amp;', '&'), at).href, fields);
    },
    status: () => status,
    text: () => page.replaceAll('&#39;', "'").replaceAll('&rsquo;', '’'),
    field: (name) => new RegExp(`<input[^>]*name="${name}"[^>]*value="([^"]*)"`).exec(page)?.[1],
    landing: () => landing,
  };
}
