// Lets an identity provider make users of its company's own domains only. Set HOOKS_MODULE to this file's path.
import type { Hooks } from 'realmbridge/hooks';

/** By the directory's slug; a directory that is not named here may have users of any domain. */
const domains: Readonly<Record<string, readonly string[]>> = {
  acme: ['acme.example', 'acme-group.example'],
};

const domainOf = (address: unknown): string =>
  typeof address === 'string' ? address.slice(address.lastIndexOf('@') + 1).toLowerCase() : '';

const hooks: Hooks = {
  before({ resourceType, directory, resource }) {
    const allowed = domains[directory.slug];
    if (resourceType !== 'User' || resource === undefined || allowed === undefined) return;
    if (allowed.includes(domainOf(resource['userName']))) return;
    return {
      reject: {
        detail: `Users of this company have a userName that ends in @${allowed.join(' or @')}.`,
        scimType: 'invalidValue',
      },
    };
  },
};

export default hooks;
