// Loaded into a bridge before anything else, this makes it the bridge that would have no guard for pushed SCIM: all the rest is
// as it is.
import { registerHooks } from 'node:module';

const passing = '    async mayPass(';
const reading = 'options.lock ? heldOperations : ';

/** By the end of a module's name: what is replaced, and by what. */
const changes: Record<string, readonly [string, string]> = {
  '/bridge/provisioning/guard/guard.ts': [passing, '    async mayPass() { return true; }, async mayPassAsItIs('],
  '/bridge/provisioning/users/users-repository.ts': [reading, ''],
  '/bridge/provisioning/groups/groups-repository.ts': [reading, ''],
};

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const change = Object.entries(changes).find(([name]) => url.endsWith(name))?.[1];
    if (!change || loaded.source == null) return loaded;
    const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    if (!source.includes(change[0])) throw new Error('the guard is asked elsewhere than this benchmark thinks');
    return { ...loaded, source: source.replace(...change) };
  },
});
