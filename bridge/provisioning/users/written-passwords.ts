// The password that a write brings, as a hash. It is slow, so it is made before the transaction of the write begins.
import { isUuid } from '../../platform/ids.ts';
import type { PasswordHasher } from '../../platform/secrets/passwords.ts';
import { planPatch } from '../../scim/patch/plan.ts';
import type { PatchOperation } from '../../scim/patch/types.ts';
import type { ScimRequest } from '../contracts.ts';
import { notFound, valueOrThrow } from '../scim-failure.ts';
import type { Transactions } from '../transactions.ts';
import * as users from './users-repository.ts';

/** The core schema's URN with an object as value may hold any core attribute. */
function touchesPassword({ path }: PatchOperation): boolean {
  if (path.kind === 'schema') return path.extension === undefined;
  return path.kind !== 'unknown' && path.path.attribute.name === 'password';
}

export interface WrittenPasswordsDeps {
  transactions: Pick<Transactions, 'read'>;
  passwords: PasswordHasher;
}

export function createWrittenPasswords({ transactions, passwords }: WrittenPasswordsDeps) {
  /** From a plan on the user as it is now; undefined when no operation is about the password. */
  async function plannedPasswordHash(
    request: ScimRequest,
    id: string,
    operations: readonly PatchOperation[],
  ): Promise<string | null | undefined> {
    if (!operations.some(touchesPassword)) return undefined;
    const draft = isUuid(id)
      ? await transactions.read(request.directory.id, (scope) => users.findUser(scope, request.directory.id, id))
      : undefined;
    if (!draft) throw notFound('User', id);
    const { tolerances } = request;
    const { password } = valueOrThrow(planPatch(request.types.user, { ...draft.resource, id }, operations, tolerances));
    return typeof password === 'string' ? newPasswordHash(request, id, password) : password;
  }

  /** Undefined when it is the password that the user has: providers repeat it, and that must end no sessions. */
  async function newPasswordHash(request: ScimRequest, id: string, password: string): Promise<string | undefined> {
    const { id: directoryId } = request.directory;
    const known = isUuid(id)
      ? await transactions.read(directoryId, (scope) => users.findPasswordHash(scope, directoryId, id))
      : undefined;
    if (known !== undefined && (await passwords.verify(known, password)) === true) return undefined;
    return passwords.hash(password);
  }

  return { newPasswordHash, plannedPasswordHash };
}
