// The core User schema (RFC 7643 §4.1, §8.7.1). `type` has no canonical values: clients send others and they are kept.

import { type AttributeDefinition, defineAttribute, type SchemaDefinition } from './model.ts';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** A multi-valued attribute with the usual sub-attributes value, display, type and primary (RFC 7643 §2.4). */
function plural(name: string, description: string, value: AttributeDefinition): AttributeDefinition {
  return defineAttribute(name, description, {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      value,
      defineAttribute('display', 'A name for the value, for people to read.'),
      defineAttribute('type', 'What the value is used for, such as "work" or "home".'),
      defineAttribute('primary', 'Whether this is the preferred value; at most one value is.', { type: 'boolean' }),
    ],
  });
}

const nameAttribute = defineAttribute('name', "The parts of the user's name.", {
  type: 'complex',
  subAttributes: [
    defineAttribute('formatted', 'The full name, ready to be shown.'),
    defineAttribute('familyName', 'Family name, or last name.'),
    defineAttribute('givenName', 'Given name, or first name.'),
    defineAttribute('middleName', 'Middle names.'),
    defineAttribute('honorificPrefix', 'Title in front of the name, such as "Dr.".'),
    defineAttribute('honorificSuffix', 'Suffix after the name, such as "III".'),
  ],
});

const addressesAttribute = defineAttribute('addresses', 'Postal addresses.', {
  type: 'complex',
  multiValued: true,
  subAttributes: [
    defineAttribute('formatted', 'The whole address, ready to be shown; may have line breaks.'),
    defineAttribute('streetAddress', 'Street, house number, apartment.'),
    defineAttribute('locality', 'City or locality.'),
    defineAttribute('region', 'State or region.'),
    defineAttribute('postalCode', 'Postal code.'),
    defineAttribute('country', 'Country, as ISO 3166-1 alpha-2 code where the client follows the RFC.'),
    defineAttribute('type', 'What the address is used for, such as "work" or "home".'),
    defineAttribute('primary', 'Whether this is the preferred address; at most one is.', { type: 'boolean' }),
  ],
});

export const groupsAttribute = defineAttribute('groups', 'Groups that the user is a member of.', {
  type: 'complex',
  multiValued: true,
  mutability: 'readOnly',
  subAttributes: [
    defineAttribute('value', 'Id of the group.', { caseExact: true, mutability: 'readOnly' }),
    defineAttribute('$ref', 'URI of the group.', {
      type: 'reference',
      referenceTypes: ['Group'],
      caseExact: true,
      mutability: 'readOnly',
    }),
    defineAttribute('display', 'Name of the group.', { mutability: 'readOnly' }),
    defineAttribute('type', 'Whether the membership is "direct" or "indirect".', { mutability: 'readOnly' }),
  ],
});

export const passwordAttribute = defineAttribute('password', 'Password in clear text; write only.', {
  caseExact: true,
  mutability: 'writeOnly',
  returned: 'never',
});

const uri = { type: 'reference', referenceTypes: ['external'], caseExact: true } as const;

export const userSchema: SchemaDefinition = {
  id: USER_SCHEMA,
  name: 'User',
  description: 'User account',
  attributes: [
    defineAttribute('userName', 'Name that identifies the user in the directory, whatever its case.', {
      required: true,
      uniqueness: 'server',
    }),
    nameAttribute,
    defineAttribute('displayName', 'Name shown to people.'),
    defineAttribute('nickName', 'Casual name.'),
    defineAttribute('profileUrl', "Address of the user's profile page.", uri),
    defineAttribute('title', 'Job title, such as "Vice President".'),
    defineAttribute('userType', 'Relation to the organisation, such as "Employee" or "Contractor".'),
    defineAttribute('preferredLanguage', 'Preferred language, in the form of an Accept-Language header.'),
    defineAttribute('locale', 'Locale for dates, numbers and currencies.'),
    defineAttribute('timezone', 'Time zone, as IANA name where the client follows the RFC.'),
    defineAttribute('active', 'Whether the user may log in.', { type: 'boolean' }),
    passwordAttribute,
    plural('emails', 'E-mail addresses.', defineAttribute('value', 'E-mail address.')),
    plural('phoneNumbers', 'Telephone numbers.', defineAttribute('value', 'Telephone number.')),
    plural('ims', 'Instant messaging addresses.', defineAttribute('value', 'Instant messaging address.')),
    plural('photos', 'Pictures of the user.', defineAttribute('value', 'Address of the picture.', uri)),
    addressesAttribute,
    groupsAttribute,
    plural('entitlements', 'Things the user is entitled to.', defineAttribute('value', 'The entitlement.')),
    plural('roles', 'Roles of the user.', defineAttribute('value', 'The role.')),
    plural(
      'x509Certificates',
      'Certificates issued to the user.',
      defineAttribute('value', 'DER certificate in base64.', { type: 'binary', caseExact: true }),
    ),
  ],
};
