// Two companies on one bridge, each with something of every kind, whose every word carries the company's mark: what is
// found of the other's mark in an answer was leaked.
import { randomUUID } from 'node:crypto';
import { createApp } from '../../../bridge/app.ts';
import { newEventStream } from '../../../bridge/event-streams/contracts.ts';
import { encodeLogCursor } from '../../../bridge/events/log-cursor.ts';
import { encodeCursor } from '../../../bridge/federation/changes/cursor.ts';
import { targetSettings } from '../../../bridge/outbound/contracts.ts';
import { newId } from '../../../bridge/platform/ids.ts';
import { createLogger } from '../../../bridge/platform/log.ts';
import { createTestBridge, type ScimClient, type TestBridge } from '../bridge.ts';
import { badgeSchema, declare, declareType, device, deviceType } from '../declared-schemas.ts';
import { newGroup, newUser, patchOp, userSchema } from '../scim.ts';

export const adminToken = 'an-admin-token-of-at-least-32-characters';
export const authenticationSecret = 'the-secret-of-the-directory-default-alone';

/** In everything of the company whose things are asked for. */
export const southMark = 'southmark';

/** What a request may name. Each value differs from company to company, and from what nobody has. */
export interface Names {
  directory: string;
  user: string;
  userName: string;
  email: string;
  group: string;
  groupName: string;
  /** A resource of the type Device, which every directory has. */
  device: string;
  /** A resource type that only this company declares. */
  typeName: string;
  endpoint: string;
  /** A schema that only this company declares. */
  urn: string;
  directoryToken: string;
  issuer: string;
  federation: string;
  federationToken: string;
  /** A user name that the company's federation reserves. */
  reservedUsername: string;
  /** For the company's directory alone. */
  webhook: string;
  /** For the company's directory alone, polled. */
  eventStream: string;
  /** A directory that is being moved, a user in it, and one who waits for a decision. */
  movedDirectory: string;
  movedUser: string;
  claim: string;
  /** Of the company's directory. */
  target: string;
  /** To undo what was done in the company's directory. */
  undoPlan: string;
  /** An operation that the guard of the company's directory holds. */
  held: string;
  /** Where a walk over the users goes on, bound to directory and token. */
  listCursor: string;
  /** A feed cursor of the company's federation. */
  feedCursor: string;
  /** A feed cursor that says it is of the caller's federation, with a place in the company's directory. */
  forgedCursor: string;
  logCursor: string;
}

export interface Company {
  names: Names;
  scim: ScimClient;
  federationToken: string;
  streamToken: string;
  federationId: string;
  /** Of all its directories. */
  directoryIds: string[];
}

export interface World {
  bridge: TestBridge;
  app: ReturnType<typeof createApp>;
  /** Who asks. */
  north: Company;
  /** The directory `default`, which asks on the plain `/scim/v2`. */
  plain: Company;
  /** Whose things are asked for. */
  south: Company;
  /** Names that nobody has. */
  absent: Names;
  /** `company`'s names with those of a new user, group and device, for a request that may delete them. */
  renewed(company: Company): Promise<Names>;
  /** The same with new tokens and a new issuer. */
  renewedAccess(company: Company): Promise<Names>;
}

export const password = 'correct horse battery staple';

interface Resources {
  ids: Pick<Names, 'user' | 'group' | 'device'>;
  email: string;
  groupName: string;
}

async function newResources(scim: ScimClient, mark: string): Promise<Resources> {
  // The answers to requests on two of them are the same once ids are taken out.
  const tail = randomUUID();
  const [email, groupName] = [`${mark}-${tail}@${mark}.test`, `${mark}-group-${tail}`];
  const more = { displayName: `${mark} somebody`, password, emails: [{ value: email }] };
  const user = await newUser(scim, `${mark}-user-${tail}`, more);
  const group = await newGroup(scim, groupName, [user.id]);
  const thing = await scim.post('/Devices', { schemas: [device], serial: `${mark}-${tail}` });
  return { ids: { user: user.id, group: group.id, device: thing.body.id }, email, groupName };
}

const ownType = (mark: string, capital: string) => ({
  ...deviceType,
  name: `${capital}Thing`,
  endpoint: `/${capital}Things`,
  description: `of ${mark}`,
  schema: { ...deviceType.schema, id: `urn:${mark}:scim:schemas:1.0:Thing`, name: `${capital}Thing` },
});

/** Nothing is lost of a user who is to be deactivated and is not. */
async function newHeld({ guard }: TestBridge['services'], scim: ScimClient, mark: string): Promise<string> {
  const { slug } = scim.directory;
  await guard.update(slug, { limits: { deactivate: { count: 0, percent: 0 } } });
  const user = await newUser(scim, `${mark}-held-${randomUUID()}`);
  await scim.patch(`/Users/${user.id}`, patchOp({ op: 'replace', path: 'active', value: false }));
  const held = await guard.listHeld(slug, { limit: 1_000 });
  return held.find(({ userId }) => userId === user.id)?.id ?? '';
}

/** Credentials, and what gives them. */
async function newAccess(
  { send, services: { directories, federations, issuers, outbound, undo } }: TestBridge,
  { directory, federation, mark }: { directory: string; federation: string; mark: string },
) {
  const directoryToken = await directories.createToken(directory, { name: `${mark} token` });
  // Something to undo that nothing else needs.
  await send(`/scim/v2/${directory}/Users`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${directoryToken.token}`, 'Content-Type': 'application/scim+json' },
    body: JSON.stringify({ schemas: [userSchema], userName: `${mark}-undone-${randomUUID()}` }),
  });
  const actors = [directoryToken.prefix];
  const plan = await undo.plan(directory, { actors, from: new Date(0) }, { budgetMs: 60_000 });
  const issuer = await issuers.addIssuer(directory, {
    issuer: `https://${randomUUID()}.${mark}.test`,
    audience: 'scim',
    requiredClaims: { sub: [mark] },
    scopes: ['read'],
  });
  const federationToken = await federations.createToken(federation, { name: `${mark} provider` });
  const target = await outbound.createTarget(directory, {
    slug: `${mark}-${randomUUID()}`,
    settings: targetSettings.parse({ baseUrl: `https://app.${mark}.test/scim` }),
    secret: `${mark} secret`,
  });
  const reserved = await federations.reserveUsername(federation, `${mark}-reserved-${randomUUID()}`, `of ${mark}`);
  return {
    directoryToken: directoryToken.id,
    issuer: issuer.id,
    federationToken,
    target: target.slug,
    undoPlan: plan.id,
    reservedUsername: reserved.usernameKey,
  };
}

/** A directory in the middle of a move, with somebody on its review list. */
async function newMove(bridge: TestBridge, slug: string, mark: string) {
  const { moves } = bridge.services;
  const scim = await bridge.directory(slug);
  const userName = `${mark}-moved`;
  const user = await newUser(scim, userName, { emails: [{ value: `${mark}-moved@${mark}.test` }] });
  await newGroup(scim, `${mark}-moved-group`, [user.id]);
  await moves.start(slug, { match: ['email'], keepAccess: true });
  await scim.post('/Users', { schemas: [userSchema], userName });
  const [claim] = await moves.listClaims(slug, { limit: 1 });
  if (!claim) throw new TypeError('the name is taken by somebody whom nothing else matches');
  return { directoryId: scim.directory.id, movedDirectory: slug, movedUser: user.id, claim: claim.id };
}

async function newCompany(
  bridge: TestBridge,
  { slug, mark, capital }: { slug: string; mark: string; capital: string },
  ownFederation?: string,
): Promise<Company> {
  const { federations } = bridge.services;
  const scim = await bridge.directory(slug);
  await declareType(bridge, scim, deviceType);
  const type = ownType(mark, capital);
  await declareType(bridge, scim, type);
  const schema = { ...badgeSchema, id: `urn:${mark}:scim:schemas:1.0:Badge`, description: `of ${mark}` };
  await declare(bridge, scim, schema);
  const { ids, email, groupName } = await newResources(scim, mark);
  await newUser(scim, `${mark}-second`);
  // For the log of requests.
  await scim.get(`/Users/${ids.user}`);
  const federation = await federations.createFederation({ slug: `${mark}-people`, name: `${mark} people` });
  await federations.addDirectory(federation.slug, slug);
  const { webhook } = await bridge.services.webhooks.createWebhook({
    slug: `${mark}-hook`,
    url: `https://hooks.${mark}.test/`,
    directory: slug,
    start: 'now',
  });
  const { stream, token: streamToken } = await bridge.services.eventStreams.createStream(
    newEventStream.parse({
      ...{ slug: `${mark}-stream`, delivery: 'poll', audience: `${mark} receiver`, directory: slug },
      ...{ content: 'full', start: 'beginning', baseUrl: 'https://bridge.test' },
    }),
    undefined,
  );
  const { directoryId: movedId, ...moved } = await newMove(bridge, `${slug}-moved`, mark);
  const access = await newAccess(bridge, { directory: slug, federation: federation.slug, mark });
  const held = await newHeld(bridge.services, scim, mark);
  const { federationToken } = access;
  const { revision } = (
    await bridge.send(`/user-storage/v1/${federation.slug}`, {
      headers: { Authorization: `Bearer ${federationToken.token}` },
    })
  ).body;
  const places = new Map([[scim.directory.id, { position: 0 }]]);
  const page = await scim.get('/Users?cursor&count=1');
  return {
    scim,
    federationId: federation.id,
    directoryIds: [scim.directory.id, movedId],
    federationToken: federationToken.token,
    streamToken: streamToken ?? '',
    names: {
      ...ids,
      ...moved,
      directory: slug,
      userName: `${mark}-second`,
      email,
      groupName,
      typeName: type.name,
      endpoint: `${capital}Things`,
      urn: schema.id,
      directoryToken: access.directoryToken,
      issuer: access.issuer,
      target: access.target,
      undoPlan: access.undoPlan,
      held,
      federation: federation.slug,
      reservedUsername: access.reservedUsername,
      federationToken: federationToken.id,
      webhook: webhook.slug,
      eventStream: stream.slug,
      listCursor: page.body.nextCursor,
      feedCursor: encodeCursor({ federationId: federation.id, revision, places }),
      forgedCursor: encodeCursor({ federationId: ownFederation ?? federation.id, revision, places }),
      logCursor: encodeLogCursor(new Map([[scim.directory.id, 1]])),
    },
  };
}

/** What nobody has, in the form of what somebody has. */
function namesOfNobody(federationId: string, listCursor: string): Names {
  const places = new Map([[randomUUID(), { position: 0 }]]);
  const foreign = { revision: '1', places };
  return {
    directory: 'absent-directory',
    movedDirectory: 'absent-moved',
    movedUser: newId(),
    claim: randomUUID(),
    // Members are shown in the order of their ids.
    user: newId(),
    userName: 'absent-second',
    email: 'absent@absent.test',
    group: newId(),
    groupName: 'absent-group',
    device: randomUUID(),
    typeName: 'AbsentThing',
    endpoint: 'AbsentThings',
    urn: 'urn:absent:scim:schemas:1.0:Badge',
    directoryToken: randomUUID(),
    issuer: randomUUID(),
    federation: 'absent-people',
    federationToken: randomUUID(),
    reservedUsername: `absent-reserved-${randomUUID()}`,
    webhook: 'absent-hook',
    eventStream: 'absent-stream',
    target: `absent-${randomUUID()}`,
    undoPlan: randomUUID(),
    held: newId(),
    // Well formed, and signed by nobody.
    listCursor: listCursor.replace(/\.[\w-]{43}$/, `.${'A'.repeat(43)}`),
    feedCursor: encodeCursor({ federationId: randomUUID(), ...foreign }),
    forgedCursor: encodeCursor({ federationId, ...foreign }),
    logCursor: encodeLogCursor(new Map([[randomUUID(), 1]])),
  };
}

const markOf = ({ userName }: Names) => userName.replace('-second', '');

/** `prepare` is given the bridge before anything was asked of its database. */
export async function createTenancyWorld(prepare: (bridge: TestBridge) => void = () => undefined): Promise<World> {
  const bridge = await createTestBridge({ authenticationSecret });
  prepare(bridge);
  const north = await newCompany(bridge, { slug: 'northern-works', mark: 'northmark', capital: 'North' });
  const plain = await newCompany(bridge, { slug: 'default', mark: 'plainmark', capital: 'Plain' });
  const south = await newCompany(
    bridge,
    { slug: 'southern-works', mark: southMark, capital: 'South' },
    north.federationId,
  );
  await bridge.services.requestLog.flush();
  return {
    bridge,
    app: createApp({ services: bridge.services, logger: createLogger('silent'), adminToken }),
    north,
    plain,
    south,
    absent: namesOfNobody(north.federationId, south.names.listCursor),
    renewed: async ({ names, scim }) => {
      const mark = markOf(names);
      return { ...names, ...(await newResources(scim, mark)).ids };
    },
    renewedAccess: async ({ names, scim }) => {
      // A directory may trust only so many.
      const known = await bridge.services.issuers.listIssuers(names.directory);
      for (const { id } of known.slice(5)) await bridge.services.issuers.removeIssuer(names.directory, id);
      const targets = await bridge.services.outbound.listTargets(names.directory);
      const others = targets.filter(({ slug }) => slug !== names.target);
      for (const { slug } of others.slice(5)) await bridge.services.outbound.deleteTarget(names.directory, slug);
      const plans = await bridge.services.undo.listPlans(names.directory);
      const otherPlans = plans.filter(({ id }) => id !== names.undoPlan);
      for (const { id } of otherPlans.slice(5)) await bridge.services.undo.discard(names.directory, id);
      const { federationToken, ...access } = await newAccess(bridge, { ...names, mark: markOf(names) });
      const held = await newHeld(bridge.services, scim, markOf(names));
      return { ...names, ...access, held, federationToken: federationToken.id };
    },
  };
}
