// What can be done over HTTP can be done on the command line, too.
import { expect, test } from 'vitest';
import { managementOperations } from '../../bridge/management/operations.ts';
import { createCommandLine } from '../support/command-line.ts';

const commands: Record<string, string> = {
  listDirectories: 'directory list',
  createDirectory: 'directory create',
  getDirectory: 'directory show',
  updateDirectory: 'directory update',
  deleteDirectory: 'directory delete',
  getToleranceReport: 'directory show',
  listDirectoryTokens: 'token list',
  createDirectoryToken: 'token create',
  revokeDirectoryToken: 'token revoke',
  rotateDirectoryToken: 'token rotate',
  listSchemas: 'directory schema list',
  getSchema: 'directory schema show',
  putSchema: 'directory schema put',
  deleteSchema: 'directory schema delete',
  listResourceTypes: 'directory resource-type list',
  getResourceType: 'directory resource-type show',
  putResourceType: 'directory resource-type put',
  deleteResourceType: 'directory resource-type delete',
  listDirectoryIssuers: 'directory issuer list',
  addDirectoryIssuer: 'directory issuer add',
  updateDirectoryIssuer: 'directory issuer disable',
  removeDirectoryIssuer: 'directory issuer remove',
  getDirectoryLdap: 'directory ldap show',
  putDirectoryLdap: 'directory ldap update',
  testDirectoryLdap: 'directory test',
  testLdapSettings: 'directory test',
  getDirectoryLdapStatus: 'directory show',
  syncDirectoryLdap: 'directory sync',
  listFederations: 'federation list',
  createFederation: 'federation create',
  getManagedFederation: 'federation show',
  deleteFederation: 'federation delete',
  putFederationDirectory: 'federation set-directory',
  deleteFederationDirectory: 'federation remove-directory',
  listFederationTokens: 'token list',
  createFederationToken: 'token create',
  revokeFederationToken: 'token revoke',
  listConflicts: 'federation conflicts',
  previewFederationChange: 'federation set-directory',
  getAttributeMappings: 'federation attributes list',
  putAttributeMappings: 'federation attributes import',
  deleteAttributeMappings: 'federation attributes reset',
  getRoleMappings: 'federation roles list',
  putRoleMappings: 'federation roles import',
  previewRoleMappings: 'federation roles import',
  planDirectoryMove: 'directory move plan',
  startDirectoryMove: 'directory move start',
  getDirectoryMove: 'directory move status',
  listMovedUsers: 'directory move review',
  listMovedGroups: 'directory move review',
  listMoveClaims: 'directory move review',
  decideMoveClaim: 'directory move decide',
  finishDirectoryMove: 'directory move finish',
  planDirectoryMoveUndo: 'directory move undo',
  undoDirectoryMove: 'directory move undo',
  forgetDirectoryMove: 'directory move forget',
  listRequests: 'requests',
  explainUser: 'explain',
  readHistory: 'history',
  listEvents: 'events',
  listAudit: 'audit',
  listWebhooks: 'webhook list',
  createWebhook: 'webhook create',
  getWebhook: 'webhook show',
  updateWebhook: 'webhook update',
  deleteWebhook: 'webhook delete',
  rotateWebhookSecret: 'webhook rotate-secret',
  testWebhook: 'webhook test',
  listWebhookAttempts: 'webhook deliveries',
  listWebhookDeliveries: 'webhook waiting',
  replayDeadMessages: 'webhook replay',
  replayWebhook: 'webhook replay',
};

test('every operation of the management API has its command', async () => {
  const cli = createCommandLine({}, '.');
  const missing = managementOperations.map(({ operationId }) => operationId).filter((id) => !(id in commands));
  expect(missing, 'make a command for it, and name it above').toEqual([]);
  for (const [operation, command] of Object.entries(commands)) {
    const words = command.split(' ');
    const { code, stdout } = await cli.run(...words, '--help');
    expect(code, operation).toBe(0);
    expect(stdout, operation).toContain(`Usage: realmbridge ${command} `);
  }
});
