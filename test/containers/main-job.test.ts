// The main job on containers: the very tests that run against processes in test/e2e.
import { openSharedStack } from '../support/containers/shared-stack.ts';
import { useStackBridge } from '../support/containers/stack-bridge.ts';
import { testMainJob } from '../support/main-job.ts';

testMainJob(async () => {
  const { stack, keycloak } = await openSharedStack();
  const bridge = useStackBridge(stack);
  return { bridge, bridgeUrl: stack.innerBridgeUrl, keycloak, close: () => bridge.close() };
});
