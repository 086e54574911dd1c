// realmbridge secrets status, reseal: which key the secrets in the database are sealed with, after a change of SECRETS_KEY.
import { Command } from 'commander';
import type { SealingStatus, SecretKind, UnreadableSecret } from '../sealed-secrets/contracts.ts';
import type { SealingWish } from '../sealed-secrets/service.ts';
import { type Shell, withServices } from './context.ts';
import { FailedQuietly } from './exit.ts';
import { formatTable } from './table.ts';

/** Between two lines of progress. */
const tellMs = 5_000;

const names: Record<SecretKind, string> = {
  ldap_bind_password: 'LDAP bind passwords',
  target_secret: 'secrets of targets',
  event_stream_authorization: 'authorizations of event streams',
  signing_key: 'keys that sign SETs',
  webhook_secret: 'secrets of webhooks',
};

/** How an operator puts another secret in the place of one that nobody can read. */
const replacements: Record<SecretKind, (secret: UnreadableSecret) => string> = {
  ldap_bind_password: ({ name }) => `realmbridge directory ldap update ${name} --password-file FILE`,
  target_secret: ({ directory, name }) => `realmbridge target update ${directory} ${name} --secret-file FILE`,
  event_stream_authorization: ({ name }) => `realmbridge event-stream update ${name} --authorization VALUE`,
  signing_key: () => 'realmbridge signing-key rotate --at-once',
  webhook_secret: ({ name }) => `realmbridge webhook rotate-secret ${name} --at-once`,
};

const count = (number: number): string => (number === 1 ? '1 secret' : `${number} secrets`);

function tables({ kinds, unreadable }: SealingStatus): string[] {
  const rows = kinds.map(({ kind, first, other, database, unreadable: lost }) => [
    names[kind],
    ...[first, other, database, lost].map(String),
  ]);
  const header = ['SECRETS', 'FIRST KEY', 'OTHER KEYS', 'KEY IN THE DATABASE', 'NOT READABLE'];
  const lost = unreadable.map((secret) => [
    names[secret.kind],
    secret.directory ?? '-',
    secret.name,
    replacements[secret.kind](secret),
  ]);
  return [
    formatTable(header, rows),
    ...(lost.length > 0 ? ['', formatTable(['NOT READABLE', 'DIRECTORY', 'WHICH', 'SET IT AGAIN WITH'], lost)] : []),
  ];
}

function verdict({ wanted, complete, kinds, unreadable }: SealingStatus): string[] {
  const isDatabase = wanted === 'database';
  const key = isDatabase ? 'the key in the database' : 'the first key of SECRETS_KEY';
  if (complete) {
    const spare = isDatabase ? 'SECRETS_KEY is not needed' : 'Other keys in SECRETS_KEY are not needed';
    return [`✓ All secrets are sealed with ${key}. ${spare}.`];
  }
  const others = kinds.reduce((sum, one) => sum + one.first + one.other + one.database - one[wanted], 0);
  const command = `realmbridge secrets reseal${isDatabase ? ' --database-key' : ''}`;
  return [
    ...(others > 0
      ? [`✗ ${count(others)} not sealed with ${key} yet. Leave all keys in SECRETS_KEY, and run \`${command}\`.`]
      : []),
    ...(unreadable.length > 0
      ? [
          `✗ No key opens ${count(unreadable.length)}: set anew what is named above, or add the former key to SECRETS_KEY.`,
        ]
      : []),
  ];
}

/** Told in the exit code, too. */
function conclude(status: SealingStatus): void {
  if (!status.complete) throw new FailedQuietly();
}

const withWish = (command: Command): Command =>
  command.option('--database-key', 'take the key in the database instead, to do without SECRETS_KEY', false);

function statusCommand(shell: Shell): Command {
  const command = withWish(
    new Command('status').description(
      'tell how many secrets are sealed with which key; ends with 0 when all are with the first key of SECRETS_KEY, else 1',
    ),
  );
  return command.action((wish: SealingWish) =>
    withServices(shell, command, async ({ output, services }) => {
      const status = await services.sealedSecrets.readStatus(wish);
      output.result(status, () => [...tables(status), '', ...verdict(status)].join('\n'));
      conclude(status);
    }),
  );
}

function resealCommand(shell: Shell): Command {
  const command = withWish(
    new Command('reseal').description(
      'seal all secrets with the first key of SECRETS_KEY, which every replica must know by then; ends as `status` does',
    ),
  );
  return command.action((wish: SealingWish) =>
    withServices(shell, command, async ({ output, services }) => {
      let toldAt = performance.now();
      const done = await services.sealedSecrets.reseal(wish, ({ looked, resealed }) => {
        if (performance.now() - toldAt < tellMs) return;
        toldAt = performance.now();
        output.progress(`… ${count(looked)} looked at, ${resealed} sealed anew`);
      });
      const status = await services.sealedSecrets.readStatus(wish);
      const { resealed, changedMeanwhile } = done;
      output.result({ ...done, ...status }, () =>
        [
          `✓ sealed ${count(resealed)} anew`,
          ...(changedMeanwhile > 0 ? [`${count(changedMeanwhile)} set or removed by somebody else meanwhile`] : []),
          '',
          ...tables(status),
          '',
          ...verdict(status),
        ].join('\n'),
      );
      conclude(status);
    }),
  );
}

export function secretsCommand(shell: Shell): Command {
  return new Command('secrets')
    .description('with which key the secrets in the database are sealed')
    .addCommand(statusCommand(shell))
    .addCommand(resealCommand(shell));
}
