// A company's identity provider, played by a second realm of the same Keycloak, and a browser that signs in through it by plain
// HTTP: it follows redirects, keeps cookies and fills in the login form, and it stops at any other page.
import { type TestRealm, testClientId } from './keycloak.ts';

const deadlineMs = 30_000;
const maxSteps = 20;
const redirectUri = 'http://127.0.0.1/callback';

/** Adds the OpenID Connect identity provider `alias` to `realm`; its accounts are the users of `company`. */
export async function addIdentityProvider(realm: TestRealm, company: TestRealm, alias: string): Promise<void> {
  const secret = 'a-secret-between-two-realms';
  const clientId = `broker-${realm.name}-${alias}`;
  const [known] = await company.admin.clients.find({ clientId });
  if (known?.id !== undefined) await company.admin.clients.del({ id: known.id });
  await company.admin.clients.create({
    clientId,
    secret,
    redirectUris: [`${realm.url}/broker/${alias}/endpoint*`],
    standardFlowEnabled: true,
  });
  const endpoint = (name: string) => `${company.url}/protocol/openid-connect/${name}`;
  await realm.admin.identityProviders.create({
    alias,
    providerId: 'oidc',
    enabled: true,
    config: {
      clientId,
      clientSecret: secret,
      clientAuthMethod: 'client_secret_post',
      authorizationUrl: endpoint('auth'),
      tokenUrl: endpoint('token'),
      userInfoUrl: endpoint('userinfo'),
      jwksUrl: endpoint('certs'),
      issuer: company.url,
      useJwksUrl: 'true',
      validateSignature: 'true',
      syncMode: 'IMPORT',
      defaultScope: 'openid profile email',
    },
  });
}

/** What a SAML identity provider names its users by. */
export type SamlSubject = { nameIdFormat: 'persistent' | 'transient' } & (
  | { attribute?: never }
  | { attribute: string }
);

/**
 * Adds the SAML identity provider `alias` to `realm`; its accounts are the users of `company`. The subject is the name ID, or the
 * assertion's attribute that is named.
 */
export async function addSamlIdentityProvider(
  realm: TestRealm,
  company: TestRealm,
  alias: string,
  { nameIdFormat, attribute }: SamlSubject,
): Promise<void> {
  const entityId = `broker-${realm.name}-${alias}`;
  const attributes = ['employeeNumber'].map((name) => ({
    name,
    protocol: 'saml',
    protocolMapper: 'saml-user-attribute-mapper',
    config: { 'user.attribute': name, 'attribute.name': name, 'attribute.nameformat': 'Basic' },
  }));
  await company.admin.clients.create({
    clientId: entityId,
    protocol: 'saml',
    redirectUris: [`${realm.url}/broker/${alias}/endpoint*`],
    protocolMappers: attributes,
    attributes: {
      'saml.client.signature': 'false',
      'saml.server.signature': 'true',
      'saml.assertion.signature': 'true',
      'saml.force.post.binding': 'true',
      saml_name_id_format: nameIdFormat,
      saml_force_name_id_format: 'true',
    },
  });
  const descriptor = await fetch(`${company.url}/protocol/saml/descriptor`, {
    signal: AbortSignal.timeout(deadlineMs),
  });
  const [, certificate = ''] = /X509Certificate>([^<]+)</.exec(await descriptor.text()) ?? [];
  await realm.admin.identityProviders.create({
    alias,
    providerId: 'saml',
    enabled: true,
    config: {
      entityId,
      idpEntityId: company.url,
      singleSignOnServiceUrl: `${company.url}/protocol/saml`,
      nameIDPolicyFormat: `urn:oasis:names:tc:SAML:2.0:nameid-format:${nameIdFormat}`,
      principalType: attribute === undefined ? 'SUBJECT' : 'ATTRIBUTE',
      ...(attribute !== undefined && { principalAttribute: attribute }),
      postBindingAuthnRequest: 'false',
      postBindingResponse: 'true',
      validateSignature: 'true',
      wantAssertionsSigned: 'true',
      signingCertificate: certificate,
      syncMode: 'IMPORT',
    },
  });
}

export interface Landing {
  /** `code`: the application has a code. `page`: some page of Keycloak's that is no login form, or a refusal. */
  kind: 'code' | 'page';
  status: number;
  /** The tokens' subject, of a `code`. */
  subject?: string;
  /** The page's text, of a `page`. */
  text: string;
  /** The steps on the way, for messages. */
  visited: string[];
}

class Browser {
  readonly #cookies = new Map<string, string>();
  readonly visited: string[] = [];

  async go(url: string, form?: URLSearchParams): Promise<Response> {
    const { pathname } = new URL(url);
    this.visited.push(`${form ? 'POST' : 'GET'} ${pathname}`);
    const cookies = [...this.#cookies]
      .map(([name, value]) => `${name.split(' ')[1]}=${value}`)
      .filter((_, index) => {
        const path = [...this.#cookies.keys()][index]?.split(' ')[0] ?? '/';
        return pathname.startsWith(path);
      });
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: cookies.join('; ') },
      ...(form && { body: form }),
      signal: AbortSignal.timeout(deadlineMs),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';');
      const path = attributes.find((one) => one.trim().toLowerCase().startsWith('path='))?.split('=')[1] ?? '/';
      const at = pair.indexOf('=');
      const key = `${path.trim()} ${pair.slice(0, at)}`;
      if (/max-age=0/i.test(cookie) || pair.slice(at + 1) === '') this.#cookies.delete(key);
      else this.#cookies.set(key, pair.slice(at + 1));
    }
    return response;
  }
}

const unescaped = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#x3a;', ':').replaceAll('&#x2f;', '/');
const plain = (html: string) =>
  html
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** The form that a browser submits by itself, which is how SAML's POST binding carries a message. */
function findPostBinding(html: string): { action: string; fields: URLSearchParams } | undefined {
  const [form = '', action] =
    /<form[^>]*name="saml-post-binding"[^>]*action="([^"]+)"[\s\S]*?<\/form>/.exec(html) ?? [];
  if (action === undefined) return undefined;
  const inputs = [...form.matchAll(/<input[^>]*name="(SAML\w+|RelayState)"[^>]*value="([^"]*)"/g)];
  const fields = new URLSearchParams();
  for (const [, name = '', value = ''] of inputs) fields.append(name, unescaped(value));
  return { action: unescaped(action), fields };
}

async function redeem(realm: TestRealm, code: string): Promise<string | undefined> {
  const response = await fetch(`${realm.url}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      client_id: testClientId,
      redirect_uri: redirectUri,
    }),
    signal: AbortSignal.timeout(deadlineMs),
  });
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null || !('access_token' in body)) return undefined;
  const [, payload = ''] = String(body.access_token).split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return typeof claims === 'object' && claims !== null && 'sub' in claims ? String(claims.sub) : undefined;
}

/** Signs in to the test client of `realm` through its identity provider `alias`, as somebody whom the company knows. */
export async function signOn(realm: TestRealm, alias: string, username: string, password: string): Promise<Landing> {
  const browser = new Browser();
  const query = new URLSearchParams({
    client_id: testClientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'x',
    kc_idp_hint: alias,
  });
  let response = await browser.go(`${realm.url}/protocol/openid-connect/auth?${query}`);
  let hasSignedIn = false;
  for (let step = 0; step < maxSteps; step += 1) {
    const { visited } = browser;
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && location !== null) {
      if (location.startsWith(redirectUri)) {
        const code = new URL(location).searchParams.get('code');
        if (code === null) return { kind: 'page', status: response.status, text: location, visited };
        const subject = await redeem(realm, code);
        return { kind: 'code', status: 200, text: '', visited, ...(subject !== undefined && { subject }) };
      }
      response = await browser.go(new URL(location, response.url).href);
      continue;
    }
    const html = await response.text();
    const binding = findPostBinding(html);
    if (binding) {
      response = await browser.go(binding.action, binding.fields);
      continue;
    }
    const action = /<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"/.exec(html)?.[1];
    if (action === undefined || hasSignedIn) {
      return { kind: 'page', status: response.status, text: plain(html), visited };
    }
    hasSignedIn = true;
    response = await browser.go(unescaped(action), new URLSearchParams({ username, password }));
  }
  throw new Error(`the redirects do not end: ${browser.visited.join(', ')}`);
}
