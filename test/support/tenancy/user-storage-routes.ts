// What is asked of each route of the user-storage API, with ids and names that may be another company's.
import type { Entries } from './routes.ts';
import { password } from './world.ts';

const query = (path: string, parameters: [string, string][]) => ({
  path: `${path}?${new URLSearchParams(parameters)}`,
});

export const userStorageEntries: Entries = {
  'ALL /*': (_own, named) => [{ method: 'GET', path: `/nothing/${named.user}` }],
  'GET ': () => [{ path: '' }],
  'GET /': () => [{ path: '/' }],
  'GET /users/lookup': (_own, named) => [
    query('/users/lookup', [['username', named.userName]]),
    query('/users/lookup', [['email', named.email]]),
  ],
  'GET /users/count': (_own, named) => [
    query('/users/count', [['search', named.userName]]),
    query('/users/count', [
      ['email', named.email],
      ['exact', 'true'],
    ]),
  ],
  'GET /users': (_own, named) => [
    { path: '/users' },
    query('/users', [['search', named.userName]]),
    query('/users', [
      ['username', named.userName],
      ['exact', 'true'],
    ]),
    query('/users', [['attribute', `externalId:${named.userName}`]]),
  ],
  'GET /users/:id': (_own, named) => [{ path: `/users/${named.user}` }],
  'POST /users/:id/verify-password': (_own, named) => [
    { path: `/users/${named.user}/verify-password`, body: { password } },
    { path: `/users/${named.user}/verify-password`, body: { password: 'wrong' } },
  ],
  'GET /groups/lookup': (own, named) => [
    query('/groups/lookup', [
      ['path', named.directory],
      ['path', named.groupName],
    ]),
    query('/groups/lookup', [
      ['path', own.directory],
      ['path', named.groupName],
    ]),
  ],
  'GET /groups/count': (_own, named) => [query('/groups/count', [['search', named.groupName]])],
  'GET /groups': (_own, named) => [{ path: '/groups' }, query('/groups', [['search', named.groupName]])],
  'GET /groups/:id': (_own, named) => [{ path: `/groups/${named.group}` }],
  'GET /groups/:id/members': (_own, named) => [{ path: `/groups/${named.group}/members` }],
  'GET /changes': (_own, named) => [
    { path: '/changes' },
    query('/changes', [['after', named.feedCursor]]),
    query('/changes', [['after', named.forgedCursor]]),
  ],
  'GET /export': () => [{ path: '/export' }],
};
