// Collects the member changes of one PATCH into the shortest list that has the same effect.

import type { TypedFilter } from '../filter/typed.ts';
import type { MemberRef } from '../resource/members.ts';
import type { MemberChange } from './types.ts';

type Step =
  /** What happened last to each id; the order among different ids does not matter. */
  | { readonly kind: 'delta'; readonly added: Map<string, MemberRef>; readonly removed: Set<string> }
  | { readonly kind: 'replaceAll'; readonly members: Map<string, MemberRef> }
  | { readonly kind: 'removeWhere'; readonly filter: TypedFilter };

/** Collects member changes and keeps them short: a thousand single adds are one change. */
export class MemberPlan {
  private steps: Step[] = [];

  add(members: readonly MemberRef[]): void {
    const last = this.steps.at(-1);
    if (last?.kind === 'replaceAll') {
      for (const member of members) if (!last.members.has(member.value)) last.members.set(member.value, member);
      return;
    }
    if (members.length === 0) return;
    const { added, removed } = this.delta();
    for (const member of members) {
      removed.delete(member.value);
      if (!added.has(member.value)) added.set(member.value, member);
    }
  }

  remove(values: readonly string[]): void {
    const last = this.steps.at(-1);
    if (last?.kind === 'replaceAll') {
      for (const value of values) last.members.delete(value);
      return;
    }
    if (values.length === 0) return;
    const { added, removed } = this.delta();
    for (const value of values) {
      added.delete(value);
      removed.add(value);
    }
  }

  replaceAll(members: readonly MemberRef[]): void {
    this.steps = [{ kind: 'replaceAll', members: new Map(members.map((member) => [member.value, member])) }];
  }

  removeWhere(filter: TypedFilter): void {
    this.steps.push({ kind: 'removeWhere', filter });
  }

  changes(): MemberChange[] {
    return this.steps.flatMap((step): MemberChange[] => {
      if (step.kind === 'removeWhere') return [step];
      if (step.kind === 'replaceAll') {
        return [
          step.members.size === 0 ? { kind: 'removeAll' } : { kind: 'replaceAll', members: [...step.members.values()] },
        ];
      }
      return [
        ...(step.removed.size === 0 ? [] : [{ kind: 'remove' as const, values: [...step.removed] }]),
        ...(step.added.size === 0 ? [] : [{ kind: 'add' as const, members: [...step.added.values()] }]),
      ];
    });
  }

  private delta(): Extract<Step, { kind: 'delta' }> {
    const last = this.steps.at(-1);
    if (last?.kind === 'delta') return last;
    const step: Step = { kind: 'delta', added: new Map(), removed: new Set() };
    this.steps.push(step);
    return step;
  }
}
