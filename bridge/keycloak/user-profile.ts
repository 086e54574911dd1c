// The mapped attributes in the realm's declarative user profile: shown to administrators and users, changed by neither.
import { defaultMappings } from '../federation/mappings/attribute-mappings.ts';
import type { KeycloakAdmin } from './admin-client.ts';
import type { DeclaredAttribute, PlanStep, ProfileAttribute, ProfileChange } from './contracts.ts';

/** The profile's own heading under which the attributes stand. */
const groupName = 'realmbridge';
/** An annotation by which `connect` knows the attributes that it declared for a federation. */
const ownerAnnotation = 'realmbridgeFederation';

function listed(names: readonly string[]): string {
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return `${names.slice(0, 10).join(', ')}${more}`;
}

const upperFirst = (text: string): string => text.replace(/^[a-z]/, (first) => first.toUpperCase());

/** `costCenter` as people read it: `Cost center`. */
const inWords = (name: string): string =>
  upperFirst(name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`));

/** A text of the provider's jar, which has it in several languages; Keycloak puts it in the place of its key. */
const text = (key: string): string => `\${${key}}`;
const header = text('realmbridgeAttributes');
const untranslatedHeader = 'From the identity provider';

/** The attributes whose labels the provider's jar has. */
const labelled = new Set(defaultMappings.map(({ attribute }) => attribute));

/** What stands beside the values of an attribute. */
export const labelOf = (name: string): string =>
  labelled.has(name) ? text(`realmbridgeAttribute${upperFirst(name)}`) : inWords(name);

/** A label that somebody has chosen stays; one that was made before there were translations doesn't. */
const nextLabel = (name: string, present: string | undefined): string =>
  present === undefined || present === inWords(name) ? labelOf(name) : present;

/** What is missing is declared; what `connect` declared and the federation doesn't map any more is withdrawn. */
export function planUserProfile(
  federation: string,
  mapped: readonly ProfileAttribute[],
  declared: readonly DeclaredAttribute[],
): { steps: PlanStep[]; notes: string[] } {
  const known = new Map(declared.map((attribute) => [attribute.name, attribute]));
  const wanted = new Set(mapped.map(({ name }) => name));
  const declare = mapped.filter(({ name, multiValued }) => {
    const found = known.get(name);
    if (!found) return true;
    const isOld = found.multiValued !== multiValued || found.label !== nextLabel(name, found.label);
    return found.owner !== undefined && isOld;
  });
  const withdraw = declared
    .filter(({ name, owner }) => owner === federation && !wanted.has(name))
    .map(({ name }) => name);
  const tight = mapped.filter(({ name, multiValued }) => {
    const found = known.get(name);
    return multiValued && found?.owner === undefined && found?.multiValued === false;
  });
  const notes = tight.map(
    ({ name }) =>
      `The realm's user profile declares "${name}" for one value, but the federation maps all values to it; make it multivalued in the realm settings, or map the first one only.`,
  );
  if (declare.length === 0 && withdraw.length === 0) {
    return { steps: mapped.length === 0 ? [] : [{ text: 'the user profile declares the mapped attributes' }], notes };
  }
  const parts = [
    ...(declare.length > 0 ? [`declare ${listed(declare.map(({ name }) => name))} as read-only`] : []),
    ...(withdraw.length > 0 ? [`withdraw ${listed(withdraw)}`] : []),
  ];
  const action: ProfileChange = { type: 'declare-attributes', federation, declare, withdraw };
  return { steps: [{ text: `user profile: ${parts.join(', ')}`, action }], notes };
}

export async function readDeclaredAttributes(admin: KeycloakAdmin): Promise<DeclaredAttribute[]> {
  const { attributes = [] } = await admin.call('reading the user profile', (client) => client.users.getProfile());
  return attributes.flatMap(({ name, displayName, multivalued, annotations }) => {
    if (name === undefined) return [];
    const owner = annotations?.[ownerAnnotation];
    return [
      {
        name,
        multiValued: multivalued === true,
        label: displayName,
        owner: typeof owner === 'string' ? owner : undefined,
      },
    ];
  });
}

export async function declareAttributes(admin: KeycloakAdmin, change: ProfileChange): Promise<void> {
  const profile = await admin.call('reading the user profile', (client) => client.users.getProfile());
  const ours = new Set([...change.declare.map(({ name }) => name), ...change.withdraw]);
  const present = new Map((profile.attributes ?? []).map(({ name, displayName }) => [name, displayName]));
  const others = (profile.attributes ?? []).filter(({ name }) => name === undefined || !ours.has(name));
  const attributes = change.declare.map(({ name, multiValued }) => ({
    name,
    displayName: nextLabel(name, present.get(name)),
    multivalued: multiValued,
    group: groupName,
    permissions: { view: ['admin', 'user'], edit: [] },
    annotations: { [ownerAnnotation]: change.federation },
  }));
  const groups = (profile.groups ?? []).map((group) =>
    group.name === groupName && group.displayHeader === untranslatedHeader
      ? { ...group, displayHeader: header }
      : group,
  );
  const hasGroup = groups.some(({ name }) => name === groupName);
  const group = { name: groupName, displayHeader: header };
  await admin.call('writing the user profile', (client) =>
    client.users.updateProfile({
      ...profile,
      attributes: [...others, ...attributes],
      groups: hasGroup ? groups : [...groups, group],
    }),
  );
}
