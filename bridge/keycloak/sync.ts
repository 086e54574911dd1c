// A full sync on demand, by the provider's own admin resource: it alone can let removals through that were held.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type AdminCredentials, createAdmin, type KeycloakAdmin } from './admin-client.ts';
import { KeycloakError } from './errors.ts';
import { readComponents, readRealm, requireComponent } from './state.ts';

const syncTimeoutMs = 15 * 60_000;
const busyPauseMs = 1_000;

export interface SyncInput {
  keycloak: { url: string; credentials: AdminCredentials };
  realm: string;
  /** Undefined: the realm's only component is meant. */
  federation: string | undefined;
  componentId: string | undefined;
  /** Whether removals go through that the component's guard holds. */
  releaseRemovals: boolean;
}

export interface SyncOutcome {
  component: { id: string; name: string };
  added: number;
  updated: number;
  removed: number;
  /** Users who were not taken over, those included whose removal is held. */
  failed: number;
  /** The provider's own words, such as why removals are held. */
  remark?: string;
}

const answerShape = z.object({
  added: z.int(),
  updated: z.int(),
  removed: z.int(),
  failed: z.int(),
  status: z.string(),
});

async function post(admin: KeycloakAdmin, path: string): Promise<{ status: number; text: string }> {
  return admin.call(
    'syncing',
    async (client) => {
      const response = await fetch(`${admin.url}/admin/realms/${encodeURIComponent(admin.realm)}/realmbridge/${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${await client.getAccessToken()}` },
        signal: AbortSignal.timeout(syncTimeoutMs),
      });
      return { status: response.status, text: await response.text() };
    },
    syncTimeoutMs,
  );
}

function refusal(status: number): KeycloakError {
  if (status === 403) {
    return new KeycloakError('forbidden', 'The admin account may not sync users (it lacks manage-users).', {
      remedy: "Use an account with the role admin of the master realm, or with the realm's realm-admin.",
    });
  }
  if (status === 404) {
    return new KeycloakError('refused', "Keycloak has no admin resource of Realmbridge's provider.", {
      remedy:
        'Put the newest realmbridge-keycloak-provider.jar into its providers folder, run `kc.sh build` and restart it.',
    });
  }
  return new KeycloakError('refused', `Keycloak answered ${status} to the sync.`, { remedy: "See Keycloak's log." });
}

function parseAnswer(text: string) {
  try {
    return answerShape.safeParse(JSON.parse(text)).data;
  } catch {
    // A proxy's page, most likely.
    return undefined;
  }
}

const remarkOf = (status: string): string => status.split('; ').slice(1).join('; ');

/**
 * Runs a full sync of the component, after one that is under way. @throws KeycloakError when Keycloak can't be used, when there is no
 * such component, or when the bridge could not be read.
 */
export async function syncRealm(input: SyncInput): Promise<SyncOutcome> {
  const admin = createAdmin({ ...input.keycloak, realm: input.realm });
  await admin.logIn();
  if (!(await readRealm(admin))) {
    throw new KeycloakError('refused', `There is no realm "${input.realm}".`, { remedy: 'Check --realm.' });
  }
  const meant = { realm: input.realm, federation: input.federation, id: input.componentId };
  const { id, name } = requireComponent(await readComponents(admin), meant);
  const deadline = Date.now() + syncTimeoutMs;
  for (;;) {
    const { status, text } = await post(admin, `${id}/sync${input.releaseRemovals ? '?removals=release' : ''}`);
    if (status === 409 && Date.now() < deadline) {
      await sleep(busyPauseMs);
      continue;
    }
    const answer = parseAnswer(text);
    if (!answer) throw refusal(status);
    const { status: words, ...counts } = answer;
    const remark = remarkOf(words);
    if (status !== 200) {
      throw new KeycloakError('refused', `Keycloak could not sync: ${remark || words}.`, {
        remedy: 'Run `realmbridge doctor` to see which link is broken.',
      });
    }
    return { component: { id, name }, ...counts, ...(remark !== '' && { remark }) };
  }
}
