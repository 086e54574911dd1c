// The main job with processes: the bridge in this one, Keycloak from its distribution.
import { inject } from 'vitest';
import { testMainJob } from '../support/main-job.ts';
import { startBridge } from '../support/running-bridge.ts';

testMainJob(async () => {
  const bridge = await startBridge();
  return { bridge, bridgeUrl: bridge.url, keycloak: inject('keycloak'), close: () => bridge.close() };
});
