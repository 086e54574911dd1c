// Two companies' worth of made-up people: one arrives as Entra ID would send it, one as Okta would. A third one is read from
// LDAP, in compose/.

export interface SamplePerson {
  userName: string;
  givenName: string;
  familyName: string;
  title: string;
  department: string;
  active?: boolean;
  /** Known to the developer, so that one can log in as this person. */
  password?: string;
  /** The manager's userName. */
  manager?: string;
}

export interface SampleGroup {
  displayName: string;
  members: string[];
}

export interface SampleDirectory {
  slug: string;
  name: string;
  profile: 'entra' | 'okta';
  people: SamplePerson[];
  groups: SampleGroup[];
}

type Row = [
  local: string,
  givenName: string,
  familyName: string,
  title: string,
  department: string,
  more?: Partial<SamplePerson>,
];

const people = (domain: string, rows: Row[]): SamplePerson[] =>
  rows.map(([local, givenName, familyName, title, department, more]) => ({
    userName: `${local}@${domain}`,
    givenName,
    familyName,
    title,
    department,
    ...more,
  }));
const members = (domain: string, ...locals: string[]): string[] => locals.map((local) => `${local}@${domain}`);

const nord = 'nordwind.example';
const tide = 'tidewater.example';

export const sampleDirectories: SampleDirectory[] = [
  {
    slug: 'nordwind',
    name: 'Nordwind (as Entra ID sends it)',
    profile: 'entra',
    people: people(nord, [
      ['ada.lind', 'Ada', 'Lind', 'Chief Executive', 'Board', { password: 'ada-Nordwind-1' }],
      ['bo.ekman', 'Bo', 'Ekman', 'Head of Sales', 'Sales', { password: 'bo-Nordwind-1', manager: `ada.lind@${nord}` }],
      ['clara.voss', 'Clara', 'Voß', 'Account Manager', 'Sales', { manager: `bo.ekman@${nord}` }],
      ['dimitri.k', 'Dimitri', 'Καραγιάννης', 'Account Manager', 'Sales', { manager: `bo.ekman@${nord}` }],
      ['elin.berg', 'Elin', 'Berg', 'Head of Engineering', 'Engineering', { manager: `ada.lind@${nord}` }],
      ['farid.nasser', 'Farid', 'Nasser', 'Engineer', 'Engineering', { manager: `elin.berg@${nord}` }],
      ['greta.olsen', 'Greta', 'Olsen', 'Engineer', 'Engineering', { manager: `elin.berg@${nord}` }],
      ['hiro.tanaka', 'Hiro', '田中', 'Engineer', 'Engineering', { manager: `elin.berg@${nord}` }],
      ['ines.moreau', 'Inès', 'Moreau', 'Recruiter', 'People', { manager: `ada.lind@${nord}` }],
      ['jonas.weber', 'Jonas', 'Weber', 'Controller', 'Finance'],
      ['kaja.holm', 'Kaja', 'Holm', 'Support Lead', 'Support'],
      ['lars.dahl', 'Lars', 'Dahl', 'Support Agent', 'Support', { active: false }],
      ['mia.sand', 'Mia', 'Sand', 'Designer', 'Engineering', { manager: `elin.berg@${nord}` }],
    ]),
    groups: [
      { displayName: 'Sales', members: members(nord, 'bo.ekman', 'clara.voss', 'dimitri.k') },
      {
        displayName: 'Engineering',
        members: members(nord, 'elin.berg', 'farid.nasser', 'greta.olsen', 'hiro.tanaka', 'mia.sand'),
      },
      { displayName: 'Managers', members: members(nord, 'ada.lind', 'bo.ekman', 'elin.berg') },
    ],
  },
  {
    slug: 'tidewater',
    name: 'Tidewater (as Okta sends it)',
    profile: 'okta',
    people: people(tide, [
      ['nora.quinn', 'Nora', 'Quinn', 'Director', 'Board', { password: 'nora-Tidewater-1' }],
      ['omar.haddad', 'Omar', 'Haddad', 'Operations Lead', 'Operations', { password: 'omar-Tidewater-1' }],
      ['petra.novak', 'Petra', 'Nováková', 'Dispatcher', 'Operations'],
      ['quentin.roy', 'Quentin', 'Roy', 'Dispatcher', 'Operations'],
      ['rosa.diaz', 'Rosa', 'Díaz', 'Analyst', 'Finance', { password: 'rosa-Tidewater-1' }],
      ['sam.okoro', 'Sam', 'Okoro', 'Analyst', 'Finance'],
      ['tess.miller', 'Tess', "O'Miller", 'Technician', 'Harbour'],
      ['umut.kaya', 'Umut', 'Kaya', 'Technician', 'Harbour'],
      ['vera.ilic', 'Vera', 'Ilić', 'Technician', 'Harbour'],
      ['wim.janssen', 'Wim', 'Janssen', 'Pilot', 'Harbour', { active: false }],
      ['xenia.pop', 'Xenia', 'Pop', 'Assistant', 'Board'],
      ['yusuf.ali', 'Yusuf', 'Ali', 'Apprentice', 'Harbour'],
    ]),
    groups: [
      { displayName: 'Operations', members: members(tide, 'omar.haddad', 'petra.novak', 'quentin.roy') },
      { displayName: 'Finance', members: members(tide, 'rosa.diaz', 'sam.okoro') },
      {
        displayName: 'Harbour',
        members: members(tide, 'tess.miller', 'umut.kaya', 'vera.ilic', 'wim.janssen', 'yusuf.ali'),
      },
    ],
  },
];

/** What compose/ldap/seaworks.ldif has in it, as far as the bridge must be told where it is. */
export const sampleLdapDirectory = {
  slug: 'seaworks',
  name: 'Seaworks (OpenLDAP)',
  bindDn: 'cn=realmbridge,dc=seaworks,dc=example',
  users: 'ou=people,dc=seaworks,dc=example',
  groups: 'ou=groups,dc=seaworks,dc=example',
  /** Those who have a password. */
  people: [
    { userName: 'alma.reyes', password: 'alma-Seaworks-1' },
    { userName: 'ben.achebe', password: 'ben-Seaworks-1' },
  ],
};
