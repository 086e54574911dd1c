// Keeps a customer within the number of active users that were paid for. Set HOOKS_MODULE to this file's path.
import type { Hooks } from 'realmbridge/hooks';

/** By the directory's slug; a directory that is not named here has no limit. */
const seats: Readonly<Record<string, number>> = { acme: 2 };

const hooks: Hooks = {
  async before({ resourceType, directory, operation, current, resource }, { countActiveUsers }) {
    const limit = seats[directory.slug];
    if (resourceType !== 'User' || resource === undefined || limit === undefined) return;
    // A new user is active unless it says otherwise; one that does not say keeps what it was.
    const wasActive = operation !== 'create' && current?.['active'] === true;
    const isActive = resource['active'] ?? (operation === 'create' || wasActive);
    if (!isActive || wasActive || (await countActiveUsers()) < limit) return;
    return {
      reject: { status: 403, detail: `All ${limit} seats are taken. Deactivate somebody, or ask for more seats.` },
    };
  },
};

export default hooks;
