// An explanation in sentences, for whoever answers the telephone.
import type {
  ExplainedDirectory,
  ExplainedEvent,
  ExplainedReader,
  ExplainedUser,
  Explanation,
  LoginCheck,
} from '../federation/explain/explanation.ts';
import type { KeycloakView } from '../keycloak/explain.ts';

const marks: Record<LoginCheck['status'], string> = { ok: '✓', warning: '!', failed: '✗' };

/** Names come from outside, and control characters could move the cursor or forge lines. */
const printable = (line: string): string => line.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');

const minute = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

function eventSentence({ type, at, actor, requestId, changed }: ExplainedEvent): string {
  const what = changed.length > 0 ? ` (${changed.join(', ')})` : '';
  const request = requestId === null ? '' : `, in request ${requestId}`;
  return `Last change: ${type}${what} on ${minute(at)} by ${actor}${request}.`;
}

/** Only of a request that was refused: the others are told by what they changed. */
function refusalLine({ lastRequest }: ExplainedUser): string[] {
  if (!lastRequest || lastRequest.status < 400) return [];
  const { method, at, actor, requestId, status, detail } = lastRequest;
  const why = detail === null ? '' : `: ${detail}`;
  return [
    `  Last request: ${method} by ${actor ?? 'nobody'} on ${minute(at)}, ${requestId}, was refused with ${status}${why}`,
  ];
}

function heldLines({ held, directory }: ExplainedUser): string[] {
  return held.map(({ operation, group, at, actor, requestId }) => {
    const what = { deactivate: 'deactivation', delete: 'deletion', remove_member: `leaving of group "${group}"` }[
      operation
    ];
    const request = requestId === null ? '' : `, ${requestId}`;
    return `  The guard holds the ${what} that ${actor} asked for on ${minute(at)}${request}: see \`realmbridge guard show ${directory}\`.`;
  });
}

function verdictSentence({ verdict, username, directory }: ExplainedUser): string {
  const who = `"${username}" of directory "${directory}"`;
  if (verdict.outcome === 'served') return `${who} is the one whom Keycloak gets.`;
  if (verdict.outcome === 'reserved') return `${who} is not served: the name is reserved (${verdict.reason}).`;
  if (verdict.outcome === 'directory-disabled') return `${who} is not served: its directory is switched off.`;
  const { by, match } = verdict;
  const same = match === 'username' ? 'user name' : 'e-mail';
  return `${who} is hidden: "${by.username}" of directory "${by.directory}", which comes before, has the same ${same}.`;
}

function userLines(user: ExplainedUser): string[] {
  const { email, active, hasPassword, identityLink, lastEvent, id } = user;
  const password =
    hasPassword === null ? 'the LDAP server checks the password' : hasPassword ? 'a password' : 'no password';
  const facts = [
    `id ${id}`,
    email ?? 'no e-mail',
    active ? 'active' : 'deactivated',
    password,
    ...(identityLink ? [`account "${identityLink.subject}" at identity provider "${identityLink.provider}"`] : []),
  ];
  return [
    `- ${verdictSentence(user)}`,
    `  ${facts.join(', ')}`,
    ...(lastEvent ? [`  ${eventSentence(lastEvent)}`] : ['  No change of this user is in the log.']),
    ...refusalLine(user),
    ...heldLines(user),
  ];
}

function directoryLine({
  slug,
  kind,
  priority,
  enabled,
  directoryEnabled,
  health,
  healthSince,
  heardAt,
  remarks,
}: ExplainedDirectory): string[] {
  const heard = heardAt === null ? 'never heard of yet' : `last heard of on ${minute(heardAt)}`;
  const off = enabled ? (directoryEnabled ? '' : ', switched off as a whole') : ', switched off in this federation';
  const since = healthSince === null || health === 'disabled' ? '' : ` since ${minute(healthSince)}`;
  const state = kind === 'ldap' ? `, server ${health}${since}` : '';
  return [`- ${priority} ${slug} (${kind})${off}${state}, ${heard}`, ...remarks.map((remark) => `  ${remark}`)];
}

function readerLine({ name, lastSeenAt, behind, hasLastEvent }: ExplainedReader): string {
  const seen = lastSeenAt === null ? 'has never asked' : `last asked on ${minute(lastSeenAt)}`;
  const place = behind === 0 ? 'and has read everything' : `and has ${behind} changes to read`;
  const own = hasLastEvent === false ? "; the user's last change is among them" : '';
  return `- ${name} ${seen} ${place}${own}`;
}

function keycloakLines({ url, realm, component, verdict }: KeycloakView): string[] {
  const applied =
    component.lastAppliedAt === null ? '' : `, last change taken over on ${minute(component.lastAppliedAt)}`;
  return [
    `Realm "${realm}" at ${url}:`,
    `- Component "${component.name}" is ${component.state}${applied}.`,
    ...(component.removalsHeld === null ? [] : [`- Removals are held: ${component.removalsHeld}`]),
    `- ${verdict}`,
  ];
}

export interface KeycloakAnswer {
  view: KeycloakView | null;
  /** Why Keycloak could not be asked. */
  problem: string | null;
}

function conclusion(checks: readonly LoginCheck[]): string {
  const failed = checks.find(({ status }) => status === 'failed');
  if (failed) return `Logging in would fail: ${failed.detail}`;
  return checks.some(({ status }) => status === 'warning')
    ? 'Logging in should work, with the reservations below.'
    : 'Logging in should work with the right password.';
}

/** `checks` are the bridge's and, if Keycloak was asked, Keycloak's. */
export function tellExplanation(
  explanation: Explanation,
  checks: readonly LoginCheck[],
  keycloak: KeycloakAnswer | undefined,
): string {
  const { asked, federation, users, more, deleted, directories, readers } = explanation;
  const name = 'username' in asked ? asked.username : asked.email;
  const section = (title: string, lines: readonly string[]) => (lines.length === 0 ? [] : ['', title, ...lines]);
  const gone = deleted ? [`- Directory "${deleted.directory}" had the user. ${eventSentence(deleted.event)}`] : [];
  const lines = [
    `"${name}" in federation "${federation}": ${conclusion(checks)}`,
    ...section('Who has the name, in the order of priority:', [
      ...users.flatMap(userLines),
      ...(more ? ['- and others'] : []),
      ...(users.length === 0 ? ['- Nobody.'] : []),
      ...gone,
    ]),
    ...section(
      'Checks of a login:',
      checks.map(({ status, detail }) => `${marks[status]} ${detail}`),
    ),
    ...section('Directories:', directories.flatMap(directoryLine)),
    ...section(
      'Keycloaks that read changes from the bridge:',
      readers.length === 0 ? ['- None so far.'] : readers.map(readerLine),
    ),
    ...section('In Keycloak:', [
      ...(keycloak?.view ? keycloakLines(keycloak.view) : []),
      ...(keycloak?.problem ? [`Keycloak could not be asked: ${keycloak.problem}`] : []),
      ...(keycloak ? [] : ['Not asked; --keycloak URL --realm REALM asks it, too.']),
    ]),
  ];
  return lines.map(printable).join('\n');
}
