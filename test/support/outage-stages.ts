// Two stages, one with users who are imported and one with users who are not, and what comes of the operations on them.
import { eventually, timed, userPassword } from './federated-realm.ts';
import { type Operation, operations } from './outage-operations.ts';
import { type Mode, type OutageStage, usernameOf } from './outage-stage.ts';

export const modes = ['import', 'no-import'] as const satisfies readonly Mode[];

export interface OutageStages {
  of(mode: Mode): OutageStage;
  both(work: (stage: OutageStage) => Promise<unknown>): Promise<void>;
  drop(): Promise<void>;
}

/** Sets one stage after the other; berta and clara have signed in once, because who isn't imported must have been seen before an outage. */
export async function setOutageStages(set: (mode: Mode) => Promise<OutageStage>): Promise<OutageStages> {
  const stages: Record<Mode, OutageStage> = { import: await set('import'), 'no-import': await set('no-import') };
  const both: OutageStages['both'] = async (work) => {
    await Promise.all(modes.map((mode) => work(stages[mode])));
  };
  await both(async (stage) => {
    for (const name of ['berta', 'clara']) await untilLogin(stage, name);
  });
  return {
    of: (mode) => stages[mode],
    both,
    drop: async () => {
      for (const mode of modes) await stages[mode].realm.drop();
    },
  };
}

/** A login that is granted; what is behind the bridge may need more than one try while it is still starting or coming back. */
export const untilLogin = ({ realm }: OutageStage, name: string, timeoutMs?: number) =>
  eventually(
    `the login of ${name}`,
    () => realm.login(usernameOf(name), userPassword),
    ({ status }) => status === 200,
    timeoutMs,
  );

/** A session of anna's, for the operation that ends it. */
export async function openSessionToLeave(stage: OutageStage): Promise<void> {
  stage.tokens.leaving = (await untilLogin(stage, 'anna')).refreshToken ?? '';
}

/** What came of each time that an operation was performed. */
export type Outcomes = Map<Operation, { said: string; ms: number }[]>;

export const noOutcomes = (): Record<Mode, Outcomes> => ({ import: new Map(), 'no-import': new Map() });

/** One after the other. */
export async function perform(stage: OutageStage, names: readonly Operation[], outcomes: Outcomes): Promise<void> {
  for (const name of names) {
    const { value, ms } = await timed(() => operations[name](stage).catch((error: unknown) => `failed: ${error}`));
    outcomes.set(name, [...(outcomes.get(name) ?? []), { said: value, ms }]);
  }
}
