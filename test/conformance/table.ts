// A conformance table: what an RFC asks for, the requests that try it, and what has to come back. Text in angle brackets
// stands for something that exists: `<user>` is the id of a fresh user, `<ann>` that of a resource the feature gives,
// `<ann.meta.created>` a member of it, and `<base>` the directory's SCIM address.
import { enterprise, groupSchema, patchOp, userSchema } from '../support/scim.ts';

export interface Expected {
  status: number;
  /** Of an error body; null: there is none. */
  scimType?: string | null;
  /** The body has at least this. */
  body?: object;
  /** Dotted paths that the body doesn't have. */
  lacks?: string[];
  headers?: Record<string, string | RegExp>;
  /** userName or displayName of the resources of a list, in this order. */
  names?: string[];
  /** The same, in any order. */
  found?: string[];
}

export interface Step {
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  expected: Expected;
  /** Gives the answer's body a name for the steps that follow. */
  keep?: string;
}

export interface Requirement {
  /** `RFC 7644 §3.5.2.1`. */
  section: string;
  /** In our own words, as the end of "the server …". */
  says: string;
  steps: Step[];
  /** Only where the profile matters; otherwise both `rfc` and `auto` have to meet it. */
  profile?: 'rfc' | 'auto';
}

export interface Feature {
  name: string;
  /** False: the requirements say how the server declines. */
  supported: boolean;
  /** Resources that exist from the start, by name. */
  given?: Record<string, [path: string, body: object]>;
  requirements: Requirement[];
}

type More = Partial<Pick<Step, 'headers' | 'keep'>>;

const step =
  (method: string) =>
  (path: string, body: unknown, expected: Expected, more: More = {}): Step => ({
    method,
    path,
    ...(body !== undefined && { body }),
    expected,
    ...more,
  });

export const get = (path: string, expected: Expected, more: More = {}): Step =>
  step('GET')(path, undefined, expected, more);
export const remove = (path: string, expected: Expected, more: More = {}): Step =>
  step('DELETE')(path, undefined, expected, more);
export const post = step('POST');
export const put = step('PUT');
/** PATCH with the given operations. */
export const patch = (path: string, operations: object[], expected: Expected, more: More = {}): Step =>
  step('PATCH')(path, patchOp(...operations), expected, more);
export const send = (method: string, path: string, expected: Expected, more: More & { body?: unknown } = {}): Step =>
  step(method)(path, more.body, expected, more);

/** Requirements of one section: pairs of what it says and the steps that try it. */
export const section = (
  name: string,
  rows: Record<string, Step | Step[]>,
  profile?: Requirement['profile'],
): Requirement[] =>
  Object.entries(rows).map(([says, steps]) => ({
    section: name,
    says,
    steps: Array.isArray(steps) ? steps : [steps],
    ...(profile && { profile }),
  }));

export const user = (userName: string, more: object = {}): object => ({ schemas: [userSchema], userName, ...more });
export const group = (displayName: string, more: object = {}): object => ({
  schemas: [groupSchema],
  displayName,
  ...more,
});
/** A user with attributes of the enterprise extension. */
export const employee = (userName: string, work: object, more: object = {}): object => ({
  ...user(userName, more),
  schemas: [userSchema, enterprise],
  [enterprise]: work,
});
/** A path with a query; names in angle brackets stay readable for the runner. */
export const query = (endpoint: string, parameters: Record<string, string>): string =>
  `${endpoint}?${new URLSearchParams(parameters)}`.replaceAll('%3C', '<').replaceAll('%3E', '>');
/** A request that has to be refused with 400 and the given scimType. */
export const refused = (scimType: string): Expected => ({ status: 400, scimType });
export const add = (path: string, value: unknown) => ({ op: 'add', path, value });
export const replace = (path: string, value: unknown) => ({ op: 'replace', path, value });
export const take = (path: string) => ({ op: 'remove', path });
