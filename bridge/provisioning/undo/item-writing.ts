// What the parts of applying a plan have in common: who applies it, and what it means that the store refuses an item.
import { violatedConstraint } from '../../platform/db/errors.ts';
import type { ResourceTypeDefinition } from '../../scim/schema/model.ts';
import type { DirectoryTypes } from '../schemas/catalogue.ts';
import { ScimFailure } from '../scim-failure.ts';
import type { Writer } from '../users/user-changes.ts';
import type { ReadyItem } from './items-repository.ts';

/** Who applies which plan. */
export interface Applying extends Omit<Writer, 'resourceType'> {
  planId: string;
  types: DirectoryTypes;
}

/** An item that the store refused: the transaction is lost, and the next one notes it. */
export class ItemRefused extends Error {
  override readonly name = 'ItemRefused';
  readonly resourceId: string;

  constructor(resourceId: string, cause: Error) {
    super(cause.message, { cause });
    this.resourceId = resourceId;
  }
}

/** Whether it is this one change that can't be made. Otherwise it is the store's fault, or a matter of time. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof ScimFailure) return error.error.status < 500;
  return error instanceof Error && /_(name_key|keys_unique)$/.test(violatedConstraint(error) ?? '');
}

/** Runs the writing of one item. @throws ItemRefused */
export async function writingOf<T>({ resourceId }: Pick<ReadyItem, 'resourceId'>, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw isRefusal(error) ? new ItemRefused(resourceId, error) : error;
  }
}

/** The definition of an item's type; undefined when it is no longer declared. */
export const typeOf = ({ types }: Applying, name: string): ResourceTypeDefinition | undefined =>
  types.all.find((type) => type.name === name);
