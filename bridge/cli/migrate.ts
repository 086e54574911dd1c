// realmbridge migrate
import { Command } from 'commander';
import { openEnvironment, outputOf, type Shell } from './context.ts';

export function migrateCommand(shell: Shell): Command {
  const command = new Command('migrate')
    .description("bring the database's tables up to date")
    .option('--dry-run', 'only say what would be applied');
  return command.action(async ({ dryRun }: { dryRun?: true }) => {
    const output = outputOf(shell, command);
    const { config } = await openEnvironment(shell, output);
    const { connectStore } = await import('../platform/db/connect.ts');
    const { migrate, readMigrationState } = await import('../platform/db/migrate.ts');
    const store = connectStore({ url: config.database.url, poolSize: 2 });
    try {
      if (dryRun) {
        const state = await readMigrationState(store.db);
        output.result({ dryRun: true, ...state }, () =>
          state.pending.length === 0
            ? 'Nothing to do.'
            : `To be applied:\n${state.pending.map((name) => `  ${name}`).join('\n')}`,
        );
        return;
      }
      const applied = await migrate(store.db);
      const state = await readMigrationState(store.db);
      output.result({ dryRun: false, appliedNow: applied, ...state }, () =>
        applied.length === 0 ? 'The database is up to date.' : applied.map((name) => `✓ applied ${name}`).join('\n'),
      );
      if (state.unknown.length > 0) {
        output.note(`The database also has migrations of a newer release: ${state.unknown.join(', ')}.`);
      }
    } finally {
      await store.close();
    }
  });
}
