// Runs the operator's hooks within their time, and turns what they answer into what provisioning understands.
import { scimError } from '../../scim/errors.ts';
import type { JsonObject } from '../../scim/json.ts';
import { ScimFailure } from '../scim-failure.ts';
import {
  type AfterContext,
  type BeforeAnswer,
  type BeforeContext,
  type BeforeTools,
  beforeAnswerShape,
  type HookContext,
  type Hooks,
} from './contracts.ts';

/** What a run of a hook came to. */
export type HookOutcome = 'passed' | 'changed' | 'rejected' | 'failed' | 'dropped';

export interface HookRunnerOptions {
  /** Asked in this order; each sees what the one before made of the resource. */
  hooks: readonly Hooks[];
  timeoutMs: number;
  /** What becomes of a change when a before-hook fails or takes too long. */
  onFailure: 'refuse' | 'allow';
  log: { warn(details: object, message: string): void };
  onRun?: (run: { hook: 'before' | 'after'; outcome: HookOutcome; seconds: number }) => void;
}

/** After-hooks that wait for their turn; more are dropped, and counted. */
const maxWaiting = 1_000;
const afterAtOnce = 4;

const unanswered = scimError(503, 'A hook of the operator failed, so nothing was written. Send it again.');

export class HookTimeoutError extends Error {
  override readonly name = 'HookTimeoutError';
}

async function inTime<T>(timeoutMs: number, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new HookTimeoutError(`no answer within ${timeoutMs} ms`));
      stop.abort();
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(stop.signal), over]);
  } finally {
    clearTimeout(timer);
  }
}

const told = ({ operation, resourceType, directory, requestId }: HookContext) => ({
  operation,
  resourceType,
  directory: directory.slug,
  requestId,
});

export function createHookRunner({ hooks, timeoutMs, onFailure, log, onRun = () => undefined }: HookRunnerOptions) {
  const waiting: (() => Promise<AfterContext>)[] = [];
  const running = new Set<Promise<void>>();
  let closed = false;

  async function timed<T>(
    hook: 'before' | 'after',
    work: () => Promise<T>,
    outcomeOf: (result: T) => HookOutcome,
  ): Promise<T> {
    const started = performance.now();
    let outcome: HookOutcome = 'failed';
    try {
      const result = await work();
      outcome = outcomeOf(result);
      return result;
    } finally {
      onRun({ hook, outcome, seconds: (performance.now() - started) / 1_000 });
    }
  }

  async function ask(
    hook: NonNullable<Hooks['before']>,
    context: BeforeContext,
    tools: Omit<BeforeTools, 'signal'>,
  ): Promise<BeforeAnswer> {
    const answer = await inTime(timeoutMs, (signal) => hook(structuredClone(context), { ...tools, signal }));
    return beforeAnswerShape.parse(answer ?? undefined);
  }

  const outcomeOf = (answer: BeforeAnswer): HookOutcome =>
    answer?.reject ? 'rejected' : answer?.resource ? 'changed' : 'passed';

  async function runAfter(read: () => Promise<AfterContext>): Promise<void> {
    try {
      const context = await read();
      for (const hook of hooks) {
        if (!hook.after) continue;
        const { after } = hook;
        try {
          await timed(
            'after',
            () => inTime(timeoutMs, (signal) => after.call(hook, structuredClone(context), { signal })),
            () => 'passed',
          );
        } catch (error) {
          log.warn({ err: error, ...told(context), id: context.id }, 'an after-hook failed; the change stays');
        }
      }
    } catch (error) {
      log.warn({ err: error }, 'what an after-hook is to be told could not be read');
    }
  }

  function startWaiting(): void {
    while (running.size < afterAtOnce) {
      const next = waiting.shift();
      if (!next) return;
      const run = runAfter(next).finally(() => {
        running.delete(run);
        startWaiting();
      });
      running.add(run);
    }
  }

  return {
    hasAfter: hooks.some(({ after }) => after !== undefined),

    /**
     * Asks every before-hook; answers the changed resource, or undefined when none changed it.
     * @throws ScimFailure with the hook's own refusal, or 503 when a hook failed and failures refuse.
     */
    async before(context: BeforeContext, tools: Omit<BeforeTools, 'signal'>): Promise<JsonObject | undefined> {
      let changed: JsonObject | undefined;
      for (const hook of hooks) {
        if (!hook.before) continue;
        const before = hook.before.bind(hook);
        const seen = changed === undefined ? context : { ...context, resource: changed };
        let answer: BeforeAnswer;
        try {
          answer = await timed('before', () => ask(before, seen, tools), outcomeOf);
        } catch (error) {
          log.warn({ err: error, ...told(context), id: context.id, onFailure }, 'a before-hook failed');
          if (onFailure === 'allow') continue;
          throw new ScimFailure(unanswered, { cause: error });
        }
        if (answer?.reject) {
          const { status = 400, detail, scimType } = answer.reject;
          throw new ScimFailure(scimError(status, detail, scimType));
        }
        // A delete has no resource that could be changed.
        if (answer?.resource && context.resource) changed = answer.resource;
      }
      return changed;
    },

    /** Lets the after-hooks run when it is their turn; `read` tells what happened. */
    after(read: () => Promise<AfterContext>): void {
      if (closed) return;
      if (waiting.length < maxWaiting) waiting.push(read);
      else onRun({ hook: 'after', outcome: 'dropped', seconds: 0 });
      startWaiting();
    },

    /** Waits for the after-hooks that run; those that have not begun are left out. */
    async close(): Promise<void> {
      closed = true;
      waiting.length = 0;
      await Promise.all(running);
    },
  };
}

export type HookRunner = ReturnType<typeof createHookRunner>;
