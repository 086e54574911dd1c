// Two Keycloaks on one database that form a cluster: processes of the distribution with its own cache and discovery.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { KeycloakProcess } from '../../bridge/dev/keycloak.ts';
import type { KeycloakServer } from './keycloak.ts';
import { createKeycloakDatabase, startKeycloakNode } from './keycloak-node.ts';
import { freePort } from './postgres-setup.ts';

export interface KeycloakNode extends KeycloakServer {
  readonly process: KeycloakProcess;
}

export interface KeycloakCluster {
  /** Of the database, for a superuser. */
  readonly databaseUrl: string;
  addNode(): Promise<KeycloakNode>;
  close(): Promise<void>;
}

export async function createKeycloakCluster(): Promise<KeycloakCluster> {
  const database = await createKeycloakDatabase(inject('postgres'));
  const folder = await mkdtemp(join(tmpdir(), 'realmbridge-cluster-'));
  const admin = { username: 'admin', password: randomBytes(12).toString('base64url') };
  const processes: KeycloakProcess[] = [];
  // One address for all of them, as behind a load balancer: a token of one node is good on every node.
  const hostname = `http://127.0.0.1:${await freePort()}`;
  return {
    databaseUrl: database.url,
    async addNode() {
      const node = await startKeycloakNode(
        {
          port: await freePort(),
          managementPort: await freePort(),
          database: database.place,
          admin,
          logFile: join(folder, `node-${processes.length + 1}.log`),
        },
        {
          cache: 'ispn',
          args: [`--hostname=${hostname}`],
          javaOptions: ['-Djgroups.bind.address=127.0.0.1', `-Djgroups.bind.port=${await freePort()}`],
        },
      );
      processes.push(node);
      return { url: node.url, adminUsername: admin.username, adminPassword: admin.password, process: node };
    },
    async close() {
      await Promise.all(processes.map((node) => node.kill()));
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
