// From a SCIM User to the promoted columns: what is looked up, compared or listed without opening the JSON.
import { foldCase } from '../scim/filter/typed.ts';
import { isJsonObject, type JsonObject, type JsonValue, own } from '../scim/json.ts';
import type { Resource } from '../scim/schema/model.ts';
import { invalidValue } from './scim-failure.ts';

export interface EmailColumns {
  position: number;
  value: string | null;
  value_key: string | null;
  type_key: string | null;
  is_primary: boolean | null;
}

export interface UserColumns {
  user_name: string;
  user_name_key: string;
  external_id: string | null;
  email: string | null;
  email_key: string | null;
  given_name: string | null;
  family_name: string | null;
  display_name: string | null;
  display_name_key: string | null;
  active: boolean;
}

/** Indexed values must fit a B-tree entry (2,704 bytes): four bytes a character at most. */
const maxIndexedLength = 512;
/** Usernames, e-mails and names of groups are columns of this width in Keycloak: longer ones could never arrive there. */
const maxKeycloakLength = 255;

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

const key = (value: string | null): string | null => (value === null ? null : foldCase(value));

/** The string under `name`, refused with invalidValue when it is longer than `max` characters. */
function boundedText(resource: JsonObject, name: string, max = maxIndexedLength, label = name): string | null {
  const value = text(own(resource, name));
  if (value !== null && value.length > max) throw invalidValue(`"${label}" may have at most ${max} characters.`);
  return value;
}

/** One row per e-mail, in the order sent. */
export function emailColumns(resource: Resource): EmailColumns[] {
  const emails = own(resource, 'emails');
  if (!Array.isArray(emails)) return [];
  return emails.filter(isJsonObject).map((email, position) => {
    const value = boundedText(email, 'value', maxKeycloakLength, 'emails.value');
    const primary = own(email, 'primary');
    return {
      position,
      value,
      value_key: key(value),
      type_key: key(text(own(email, 'type'))),
      is_primary: typeof primary === 'boolean' ? primary : null,
    };
  });
}

/** The primary e-mail, or the first that has a value. */
function mainEmail(emails: EmailColumns[]): string | null {
  const withValue = emails.filter((email) => email.value !== null);
  return (withValue.find((email) => email.is_primary === true) ?? withValue[0])?.value ?? null;
}

/**
 * `wasActive` counts where the resource has no `active`.
 * @throws ScimFailure invalidValue when an indexed value is too long.
 */
export function userColumns(resource: Resource, wasActive = true): UserColumns {
  const name = own(resource, 'name');
  const nameObject = isJsonObject(name) ? name : {};
  const userName = boundedText(resource, 'userName', maxKeycloakLength) ?? '';
  const displayName = boundedText(resource, 'displayName');
  const active = own(resource, 'active');
  const email = mainEmail(emailColumns(resource));
  return {
    user_name: userName,
    user_name_key: foldCase(userName),
    external_id: boundedText(resource, 'externalId'),
    email,
    email_key: key(email),
    given_name: text(own(nameObject, 'givenName')),
    family_name: text(own(nameObject, 'familyName')),
    display_name: displayName,
    display_name_key: key(displayName),
    active: typeof active === 'boolean' ? active : wasActive,
  };
}

/** @throws ScimFailure invalidValue when it is too long. */
export const externalIdOf = (resource: Resource): string | null => boundedText(resource, 'externalId');

export interface GroupColumns {
  display_name: string;
  display_name_key: string;
  external_id: string | null;
}

/** @throws ScimFailure invalidValue when an indexed value is too long. */
export function groupColumns(resource: Resource): GroupColumns {
  const displayName = boundedText(resource, 'displayName', maxKeycloakLength) ?? '';
  return {
    display_name: displayName,
    display_name_key: foldCase(displayName),
    external_id: boundedText(resource, 'externalId'),
  };
}

export interface SearchColumns {
  user_name_key: string;
  display_name_key: string | null;
  /** One a line. */
  email_keys: string | null;
}

/** What users are searched by: see search-hint.ts. */
export function searchColumns(columns: UserColumns, emails: readonly EmailColumns[]): SearchColumns {
  const emailKeys = emails.map((email) => email.value_key).filter((value) => value !== null);
  return {
    user_name_key: columns.user_name_key,
    display_name_key: columns.display_name_key,
    email_keys: emailKeys.length === 0 ? null : emailKeys.join('\n'),
  };
}
