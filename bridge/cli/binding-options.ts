// What a federation's directory is bound to in Keycloak, as options of `realmbridge federation …`.
import { type Command, Option } from 'commander';
import { type BindingChange, type UnlinkedUsers, unlinkedUsersChoices } from '../federation/mappings/binding.ts';
import { UsageError } from './exit.ts';

export interface BindingOptions {
  organization?: string | false;
  identityProvider?: string | false;
  subject?: string;
  unlinkedUsers?: UnlinkedUsers;
}

/** `removing`: with the options that take a binding away, which make no sense for a directory that is just added. */
export function withBindingOptions(command: Command, { removing }: { removing: boolean }): Command {
  command
    .option('--organization <alias>', 'the Keycloak organization whose managed members its users become')
    .option('--identity-provider <alias>', "the realm's identity provider to whose accounts its users are linked")
    .option('--subject <path>', 'the SCIM attribute that holds the subject there (default: externalId)')
    .addOption(
      new Option(
        '--unlinked-users <choice>',
        'whether who has no linked user may come in through the identity provider (default: allow); `connect` puts `refuse` into effect',
      ).choices(unlinkedUsersChoices),
    );
  return removing
    ? command
        .option('--no-organization', 'its users leave the organization that they were put in')
        .option('--no-identity-provider', 'its users lose the links that were made')
    : command;
}

export function bindingOf(options: BindingOptions): BindingChange {
  const { organization, identityProvider, subject, unlinkedUsers } = options;
  const change: BindingChange = organization === undefined ? {} : { organization: organization || null };
  if (identityProvider === false) {
    if (subject !== undefined || unlinkedUsers !== undefined)
      throw new UsageError('--no-identity-provider goes with neither --subject nor --unlinked-users.');
    return { ...change, identityLink: null };
  }
  const link = {
    ...(identityProvider !== undefined && { provider: identityProvider }),
    ...(subject !== undefined && { subject }),
    ...(unlinkedUsers !== undefined && { unlinkedUsers }),
  };
  return Object.keys(link).length === 0 ? change : { ...change, identityLink: link };
}
