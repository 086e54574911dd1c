// The table at the end: where to go and with which login.
import { relative } from 'node:path';
import type { DevFile } from './dev-file.ts';
import type { Reporter } from './report.ts';

type Row = [what: string, where: string, login: string];

function rowsOf({ bridge, scim = [], users = [], keycloak, database }: DevFile): Row[] {
  const rows: Row[] = [];
  if (keycloak) {
    const { url, realm, admin, failoverAdmin } = keycloak;
    rows.push(['Keycloak admin', `${url}/admin/master/console/#/${realm}`, `${admin.username} / ${admin.password}`]);
    const sample = users.find(({ password }) => password !== undefined);
    if (sample)
      rows.push(['Account of a sample', `${url}/realms/${realm}/account`, `${sample.username} / ${sample.password}`]);
    rows.push([
      'Failover admin',
      `${url}/admin/${realm}/console`,
      `${failoverAdmin.username} / ${failoverAdmin.password}`,
    ]);
  }
  for (const { directory, profile, url, token } of bridge ? scim : [])
    rows.push([`SCIM ${directory} (${profile})`, url, `Bearer ${token}`]);
  if (bridge) rows.push(['Health, metrics', `${bridge.metricsUrl}/health/ready`, '/metrics']);
  if (database && !keycloak) rows.push(['Database', database.url, '']);
  return rows;
}

/** Prints the table; `folder` is where the logs and dev.json are. */
export function printSummary(reporter: Reporter, ready: DevFile, folder: string, cwd: string): void {
  const { colors } = reporter;
  const rows = rowsOf(ready);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  reporter.line('');
  for (const [what, where, login] of rows) {
    reporter.line(
      `  ${colors.bold(what.padEnd(widths[0] ?? 0))}  ${colors.cyan(where.padEnd(widths[1] ?? 0))}  ${login}`.trimEnd(),
    );
  }
  const shown = relative(cwd, folder) || folder;
  reporter.line('');
  reporter.line(`  Logs: ${shown}/logs   All of this for programs: ${shown}/dev.json`);
}
