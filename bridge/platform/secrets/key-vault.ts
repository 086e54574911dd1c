// Secrets from Azure Key Vault, by Microsoft's SDK. It is loaded only when a vault is configured, and calls out through
// `Outgoing`: public addresses or allowed ones, no redirects, a deadline and a size for each answer.
import type { HttpClient, PipelineResponse } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { createOutgoing, type Outgoing, OutgoingError } from '../http/outgoing.ts';

/** Who the bridge is to Azure: with neither a secret nor a token file, the managed identity of where it runs. */
export interface AzureIdentity {
  tenantId?: string | undefined;
  /** With nothing else: which of several managed identities. */
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** A file with the token of a workload identity, as Kubernetes writes it. */
  federatedTokenFile?: string | undefined;
  /** Where tokens come from, in clouds other than the public one. */
  authorityHost?: string | undefined;
}

export interface KeyVaultOptions {
  url: string;
  identity: AzureIdentity;
  outgoing: Outgoing;
  /** For one secret, with the token for it. */
  timeoutMs?: number;
}

export interface KeyVault {
  /** The newest version of the secret. @throws KeyVaultError */
  read(name: string): Promise<string>;
}

/** Says why a secret could not be read, never what is in one. */
export class KeyVaultError extends Error {
  override readonly name = 'KeyVaultError';
  /** Whether the same may work later, without a change of the configuration or the vault. */
  readonly isOutage: boolean;

  constructor(message: string, isOutage: boolean, cause: unknown) {
    super(message, { cause });
    this.isOutage = isOutage;
  }
}

/** What a vault's secret may be called. */
export const secretNamePattern = /^[0-9A-Za-z-]{1,127}$/;

const defaultTimeoutMs = 10_000;
const maxBytes = 256 * 1024;
const maxReason = 300;
/** Managed identities get their tokens from the machine itself or from the platform's link-local address, without TLS. */
const platformAddresses = ['127.0.0.0/8', '::1', '169.254.0.0/16'];

async function clientOver(outgoing: Outgoing, timeoutMs: number): Promise<HttpClient> {
  const { createHttpHeaders } = await import('@azure/core-rest-pipeline');
  return {
    async sendRequest(request): Promise<PipelineResponse> {
      const { method, body } = request;
      if ((method !== 'GET' && method !== 'POST') || (typeof body !== 'string' && body != null)) {
        throw new TypeError(`a ${method} of this kind is not sent to Azure`);
      }
      const answer = await outgoing.call(new URL(request.url), {
        method,
        headers: request.headers.toJSON(),
        ...(body && { body }),
        timeoutMs,
        maxBytes,
      });
      if (answer.status >= 300 && answer.status < 400) {
        throw new OutgoingError(`${new URL(request.url).host} answered ${answer.status}; redirects are not followed`);
      }
      const headers = createHttpHeaders();
      for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
      return { request, status: answer.status, headers, bodyAsText: answer.text };
    },
  };
}

async function credentialOf(identity: AzureIdentity, httpClient: HttpClient): Promise<TokenCredential> {
  const { ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential } = await import(
    '@azure/identity'
  );
  const { tenantId, clientId, clientSecret, federatedTokenFile, authorityHost } = identity;
  const options = {
    httpClient,
    retryOptions: { maxRetries: 1 },
    ...(authorityHost !== undefined && { authorityHost, disableInstanceDiscovery: true }),
  };
  if (tenantId !== undefined && clientId !== undefined) {
    if (clientSecret !== undefined) return new ClientSecretCredential(tenantId, clientId, clientSecret, options);
    if (federatedTokenFile !== undefined) {
      return new WorkloadIdentityCredential({ ...options, tenantId, clientId, tokenFilePath: federatedTokenFile });
    }
  }
  return new ManagedIdentityCredential({ ...options, ...(clientId !== undefined && { clientId }) });
}

const memberOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/** The first line of what is told; servers' answers can be long. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return (text.split(/\r?\n/)[0] ?? '').slice(0, maxReason);
}

const tokenErrors = new Set(['AuthenticationError', 'CredentialUnavailableError', 'AuthenticationRequiredError']);

function isOutageOf(error: unknown): boolean {
  if (error instanceof OutgoingError) return true;
  const cause = memberOf(error, 'cause');
  return cause !== undefined && isOutageOf(cause);
}

/** Turns what the SDK throws into what an operator can act on. */
function failureOf(error: unknown, host: string): KeyVaultError {
  if (error instanceof KeyVaultError) return error;
  const reason = reasonOf(error);
  const status = memberOf(error, 'statusCode');
  if (tokenErrors.has(String(memberOf(error, 'name')))) {
    const outage = isOutageOf(error) || (typeof status === 'number' && (status === 429 || status >= 500));
    return new KeyVaultError(`no token for ${host} could be had: ${reason}`, outage, error);
  }
  if (status === 404) return new KeyVaultError(`${host} has no secret of this name, or it was deleted`, false, error);
  if (status === 403) {
    const words = 'does not let this identity read the secret: give it the role Key Vault Secrets User';
    return new KeyVaultError(`${host} ${words}, and see whether the secret and the network are enabled`, false, error);
  }
  if (status === 401) return new KeyVaultError(`${host} does not accept this identity's token`, false, error);
  if (status === 429) return new KeyVaultError(`${host} is asked too often and holds back (429)`, true, error);
  if (typeof status === 'number') return new KeyVaultError(`${host} answered ${status}`, true, error);
  return new KeyVaultError(reason, true, error);
}

/** Loads the SDK; nothing is called before the first `read`. */
export async function openKeyVault(options: KeyVaultOptions): Promise<KeyVault> {
  const { url, identity, outgoing, timeoutMs = defaultTimeoutMs } = options;
  const { host } = new URL(url);
  const { SecretClient } = await import('@azure/keyvault-secrets');
  const forVault = await clientOver(outgoing, timeoutMs);
  const forTokens = await clientOver(createOutgoing({ allow: platformAddresses }), timeoutMs);
  const retryOptions = { maxRetries: 2, retryDelayInMs: 300, maxRetryDelayInMs: 2_000 };
  const newClient = async () =>
    new SecretClient(url, await credentialOf(identity, forTokens), { httpClient: forVault, retryOptions });
  let client = await newClient();

  return {
    async read(name) {
      const deadline = AbortSignal.timeout(timeoutMs);
      // Not every part of the SDK heeds a signal.
      const late = new Promise<never>((_resolve, reject) => {
        deadline.addEventListener('abort', () => {
          reject(new KeyVaultError(`${host} did not answer within ${timeoutMs / 1_000} s`, true, deadline.reason));
        });
      });
      try {
        const { value } = await Promise.race([client.getSecret(name, { abortSignal: deadline }), late]);
        if (!value) throw new KeyVaultError(`${host} has an empty secret of this name`, false, undefined);
        return value;
      } catch (error) {
        // The SDK keeps a token as long as it is good for by itself, whatever the vault says of it.
        if (memberOf(error, 'statusCode') === 401) client = await newClient();
        throw failureOf(error, host);
      }
    },
  };
}
