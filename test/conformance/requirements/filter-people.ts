// The four users and the group that the tables of filters look for, and how a row of those tables is written.
import { employee, type Feature, get, group, query, type Requirement, refused, section, user } from '../table.ts';

export const people: NonNullable<Feature['given']> = {
  ann: [
    '/Users',
    employee(
      'Ann',
      { employeeNumber: '100', department: 'Sales', manager: { value: 'M-1' } },
      {
        externalId: 'Ext-A',
        title: 'Boss',
        name: { familyName: 'O_Neil' },
        displayName: 'a "quoted" \\ 100% name',
        profileUrl: 'https://acme.test/Ann',
        emails: [
          { value: 'ann@work.test', type: 'work', primary: true },
          { value: 'ann@home.test', type: 'home' },
        ],
        x509Certificates: [{ value: 'aGVsbG8=' }],
      },
    ),
  ],
  bob: [
    '/Users',
    employee(
      'bob',
      { department: 'SALES' },
      {
        externalId: 'ext-a',
        title: 'boss of none',
        active: false,
        emails: [
          { value: 'bob@home.test', type: 'work' },
          { value: 'bob@work.test', type: 'home', primary: true },
        ],
      },
    ),
  ],
  cyd: [
    '/Users',
    user('cyd', { title: 'Clerk', profileUrl: 'https://acme.test/ann', emails: [{ value: 'cyd@work.test' }] }),
  ],
  dee: ['/Users', user('dee')],
  crew: ['/Groups', group('Crew', { members: [{ value: '<ann>' }, { value: 'nobody-here' }] })],
};

/** Names of the users found, or the scimType that the filter is refused with. */
export type Row = [filter: string, found: string[] | 'invalidFilter'];

export const filters = (name: string, says: string, rows: Row[], endpoint = '/Users'): Requirement[] =>
  section(
    name,
    Object.fromEntries(
      rows.map(([filter, found]) => [
        `${says}: ${filter}`,
        get(query(endpoint, { filter }), found === 'invalidFilter' ? refused(found) : { status: 200, found }),
      ]),
    ),
  );

export const everybody = ['Ann', 'bob', 'cyd', 'dee'];
export const others = (...names: string[]): string[] => everybody.filter((name) => !names.includes(name));
