// How fast a filter's text becomes SQL. Pure computing, in this process.
import { performance } from 'node:perf_hooks';
import { statementOf } from '../../../bridge/platform/db/sql-fragment.ts';
import { userStorage } from '../../../bridge/provisioning/filters/filter-columns.ts';
import { filterToSql } from '../../../bridge/provisioning/filters/filter-to-sql.ts';
import { checkFilter } from '../../../bridge/scim/filter/check.ts';
import { parseFilter } from '../../../bridge/scim/filter/parse.ts';
import { userResourceType } from '../../../bridge/scim/schema/resource-types.ts';
import type { Row } from '../support/row.ts';
import { median } from '../support/statistics.ts';
import { figure } from '../support/table.ts';

const roundMs = 400;

function compile(text: string): void {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  const checked = checkFilter(parsed.value, userResourceType);
  if (!checked.ok) throw new Error(checked.error.detail);
  statementOf(filterToSql(userStorage, checked.value));
}

function ratePerSecond(make: (n: number) => string): number {
  // As they come from a request: in one piece, which a text just put together is not.
  const texts = Array.from({ length: 1_000 }, (_, n) => Buffer.from(make(n)).toString());
  // Processor time, which says the same on a busy machine.
  const used = process.cpuUsage();
  const started = performance.now();
  let n = 0;
  for (; performance.now() - started < roundMs; n += 1) compile(texts[n % texts.length] ?? '');
  const { user, system } = process.cpuUsage(used);
  return n / ((user + system) / 1_000_000);
}

function filterRow(kind: string, atLeast: number, make: (n: number) => string): Row {
  return {
    name: `filter parse and compile, ${kind}`,
    target: `≥ ${figure(atLeast)}/s`,
    measure: async ({ options }) => {
      ratePerSecond(make);
      const rate = median(Array.from({ length: Math.max(3, options.rounds) }, () => ratePerSecond(make)));
      return { figures: `${figure(rate)}/s`, met: rate >= atLeast };
    },
  };
}

export const filterRows: Row[] = [
  filterRow('simple', 300_000, (n) => `userName eq "user${n}@example.com"`),
  filterRow(
    'complex',
    100_000,
    (n) =>
      `(userName sw "a${n}" or emails[type eq "work" and value co "@example.com"]) and active eq true and not (meta.lastModified lt "2026-01-01T00:00:00Z")`,
  ),
];
