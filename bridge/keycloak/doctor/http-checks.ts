// The doctor's checks by plain HTTP: does the bridge answer, does a directory's token open it, do the clocks agree.
import type { DatabaseFacts } from '../doctor-repository.ts';
import { isTimeout, transportCode } from '../errors.ts';
import { type Check, deadlineMs, type Finding, failed, ok, once, skipped, warning } from './check.ts';

const noticeableMs = 3_000;
const harmfulMs = 30_000;

export interface HttpInput {
  /** Undefined: nobody said where the bridge is. */
  bridgeUrl: string | undefined;
  federation: string | undefined;
  directory: string | undefined;
  directoryToken: string | undefined;
  keycloakUrl: string | undefined;
}

export interface Asked {
  status: number;
  headers: Headers;
  text: string;
  /** How far the server's clock is ahead of ours, as far as its Date header tells (to a second). */
  skewMs: number | undefined;
}

/** One GET with the doctor's deadline; follows no redirect. */
export async function ask(url: string, headers: Record<string, string> = {}): Promise<Asked> {
  const sent = Date.now();
  const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(deadlineMs) });
  const middle = (sent + Date.now()) / 2;
  const text = await response.text();
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header has whole seconds, cut off: on average half a second is missing.
  return {
    status: response.status,
    headers: response.headers,
    text,
    skewMs: Number.isNaN(date) ? undefined : date + 500 - middle,
  };
}

/** Why a URL gave no answer, in words. */
export function describeNoAnswer(error: unknown): string {
  if (isTimeout(error)) return `no answer within ${deadlineMs / 1_000} s`;
  const code = transportCode(error);
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return "the host's name is not known";
  if (code !== undefined) return code;
  return error instanceof Error ? error.message : String(error);
}

async function checkBridge(input: HttpInput, bridge: () => Promise<Asked>): Promise<Finding> {
  const url = input.bridgeUrl;
  if (url === undefined)
    return skipped('Nobody said where the bridge is.', 'Name it with --bridge-url, or set PUBLIC_URL.');
  let answer: Asked;
  try {
    answer = await bridge();
  } catch (error) {
    return failed(
      `${url}: ${describeNoAnswer(error)}.`,
      'Start the bridge (`realmbridge serve`), or correct --bridge-url or PUBLIC_URL.',
    );
  }
  const version = answer.headers.get('realmbridge-api');
  if (version === null) {
    return failed(
      `${url} answers (${answer.status}), but it is not the bridge.`,
      'Correct --bridge-url or PUBLIC_URL, or the proxy in between: it must pass on /user-storage/v1.',
    );
  }
  if (answer.status >= 500)
    return failed(`${url} answers ${answer.status}.`, "See the bridge's log; most often its database is away.");
  return ok(`${url} answers, user-storage API version ${version}.`);
}

async function checkDirectoryToken({ bridgeUrl, directory, directoryToken }: HttpInput): Promise<Finding> {
  if (directoryToken === undefined || directory === undefined) {
    return skipped('No token was given to try.', 'Give it with --directory SLUG --directory-token-file FILE.');
  }
  if (bridgeUrl === undefined) return skipped('Nobody said where the bridge is.', 'Name it with --bridge-url.');
  let answer: Asked;
  try {
    answer = await ask(`${bridgeUrl}/scim/v2/${encodeURIComponent(directory)}/Users?count=0`, {
      Authorization: `Bearer ${directoryToken}`,
    });
  } catch (error) {
    return failed(`${bridgeUrl}: ${describeNoAnswer(error)}.`, 'See the check of the bridge.');
  }
  if (answer.status === 200) return ok(`It opens /scim/v2/${directory}.`);
  if (answer.status === 401) {
    return failed(
      `The bridge refuses it for directory "${directory}".`,
      `See \`realmbridge token list --directory ${directory}\`; make a new one with \`realmbridge token create --directory ${directory}\`.`,
    );
  }
  if (answer.status === 403)
    return warning('It is valid, but may not read.', 'An identity provider needs the scopes read and write.');
  return failed(`The SCIM endpoint answers ${answer.status}.`, "See the bridge's log.");
}

function checkClocks(skews: Record<string, number | undefined>): Finding {
  const known = Object.entries(skews).flatMap(([name, skew]) => (skew === undefined ? [] : [{ name, skew }]));
  if (known.length === 0) return skipped('Nobody answered with a time.');
  const worst = known.reduce((a, b) => (Math.abs(b.skew) > Math.abs(a.skew) ? b : a));
  const off = Math.abs(worst.skew);
  if (off < noticeableMs) return ok(`${known.map(({ name }) => name).join(', ')}: the same time as here.`);
  const detail = `The clock of ${worst.name} is ${Math.round(off / 1_000)} s ${worst.skew > 0 ? 'ahead' : 'behind'}.`;
  const remedy = 'Let all machines take their time from the same server (NTP).';
  return off < harmfulMs
    ? warning(detail, remedy)
    : failed(`${detail} Tokens are taken for expired or not yet valid.`, remedy);
}

export function createHttpChecks(input: HttpInput, database: () => Promise<DatabaseFacts>): Check[] {
  // A token that nobody has: the bridge must look it up in its database to refuse it.
  const probe = { Authorization: 'Bearer rb_federation_doctor' };
  const federation = encodeURIComponent(input.federation ?? 'doctor');
  const bridge = once(() => ask(`${input.bridgeUrl}/user-storage/v1/${federation}/`, probe));

  const skewOf = async (answer: Promise<Asked>) => (await answer.catch(() => undefined))?.skewMs;
  async function databaseSkew(): Promise<number | undefined> {
    const sent = Date.now();
    const facts = await database().catch(() => undefined);
    return facts && facts.now.getTime() - (sent + Date.now()) / 2;
  }

  return [
    { id: 'bridge', title: 'Bridge', run: () => checkBridge(input, bridge) },
    { id: 'directory-token', title: 'Directory token', run: () => checkDirectoryToken(input) },
    {
      id: 'clocks',
      title: 'Clocks',
      run: async () =>
        checkClocks({
          database: await databaseSkew(),
          bridge: input.bridgeUrl === undefined ? undefined : await skewOf(bridge()),
          Keycloak:
            input.keycloakUrl === undefined ? undefined : await skewOf(ask(`${input.keycloakUrl}/realms/master`)),
        }),
    },
  ];
}
