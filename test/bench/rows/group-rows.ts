// Groups of very different sizes: what one member costs, and what a group costs to read.
import { userOf } from '../support/data.ts';
import { inTurns, megabytes, ms, type Outcome, type Row, required } from '../support/row.ts';
import { median } from '../support/statistics.ts';
import type { BenchGroup, World } from '../support/world.ts';

const patchFactor = 1.5;
/** Beyond it, memory is taken to grow with the group. */
const flatMegabytes = 32;
const parallelReads = 4;

const patch = (operation: object): string =>
  JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [operation] });

async function measurePatches(world: World): Promise<Outcome> {
  const { small, large } = world.groups;
  // A user who is in neither group is added, and taken out again by the next request.
  const outsider = userOf(world.options.users).id;
  const changing = (group: BenchGroup) =>
    world.target(world.many, 200, (n) => ({
      method: 'PATCH',
      path: `/Groups/${group.id}?excludedAttributes=members`,
      body: patch(
        n % 2 === 0
          ? { op: 'add', path: 'members', value: [{ value: outsider }] }
          : { op: 'remove', path: `members[value eq "${outsider}"]` },
      ),
    }));
  const [few, many] = await inTurns(world, [changing(small), changing(large)], 1);
  const factor = required(many).p99 / required(few).p99;
  return {
    figures: `p50 ${ms(required(few).p50)} → ${ms(required(many).p50)}, p99 ${ms(required(few).p99)} → ${ms(required(many).p99)} (${factor.toFixed(2)} ×)`,
    met: factor <= patchFactor,
  };
}

async function measureWithoutMembers(world: World): Promise<Outcome> {
  const reading = ({ id }: BenchGroup) =>
    world.target(world.many, 200, () => ({ method: 'GET', path: `/Groups/${id}?excludedAttributes=members` }));
  const [few, many] = await inTurns(world, [reading(world.groups.small), reading(world.groups.large)], 1);
  const factor = required(many).p50 / required(few).p50;
  return { figures: `p50 ${ms(required(few).p50)} → ${ms(required(many).p50)}`, met: factor <= patchFactor };
}

async function measureWithMembers(world: World): Promise<Outcome> {
  const { large } = world.groups;
  const read = () => world.call(world.many, { method: 'GET', path: `/Groups/${large.id}` });
  await read();
  const before = await world.memory();
  let peak = before;
  let done = false;
  const watching = (async () => {
    while (!done) {
      peak = Math.max(peak, await world.memory());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const answers = await Promise.all(Array.from({ length: parallelReads }, read));
  done = true;
  await watching;
  for (const { body } of answers) {
    const count = body.match(/"value":"/g)?.length;
    // One more where the row before ended with an addition.
    if (count !== large.members && count !== large.members + 1)
      throw new Error(`the group has ${count} members, not ${large.members}`);
  }
  const growth = peak - before;
  return {
    figures: `${ms(median(answers.map((answer) => answer.ms)))}, ${megabytes(answers[0]?.body.length ?? 0)} each, memory +${megabytes(growth)} with ${parallelReads} at once`,
    met: growth < flatMegabytes * 1_048_576,
  };
}

export const groupRows: Row[] = [
  { name: 'PATCH of one member, large group beside 100', target: `p99 ≤ ${patchFactor} ×`, measure: measurePatches },
  { name: 'GET a large group without members', target: 'as fast as of 100', measure: measureWithoutMembers },
  { name: 'GET a large group with members', target: 'streamed, memory flat', measure: measureWithMembers },
];
