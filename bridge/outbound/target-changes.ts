// What the log of a directory and the audit log tell of its targets.
import { changesBetween } from '../events/audit/changes.ts';
import type { DirectoryChange } from '../events/audit/repository.ts';
import type { Target, TargetMode } from './contracts.ts';

export const part = ({ id, slug }: Pick<Target, 'id' | 'slug'>) => ({ type: 'Target' as const, id, name: slug });

const modeChanges: Record<TargetMode, DirectoryChange['type']> = {
  active: 'target.resumed',
  paused: 'target.paused',
  purging: 'target.purged',
};

/** That the target goes on, is paused or is purged. */
export const modeChange = (target: Target, mode: TargetMode): DirectoryChange => ({
  type: modeChanges[mode],
  part: part(target),
  changes: changesBetween({ mode: target.mode }, { mode }),
});
