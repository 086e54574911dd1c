import { describe, expect, it } from 'vitest';
import { isProfileName, profileNames, tolerancesOf } from './profiles.ts';

describe('profiles', () => {
  it('range from all tolerances in auto to none in rfc', () => {
    expect(Object.values(tolerancesOf('auto'))).not.toContain(false);
    expect(Object.values(tolerancesOf('rfc'))).not.toContain(true);
    for (const name of profileNames) {
      expect(Object.keys(tolerancesOf(name)).sort()).toEqual(Object.keys(tolerancesOf('auto')).sort());
    }
  });

  it('are recognised by name', () => {
    expect(isProfileName('entra')).toBe(true);
    expect(isProfileName('Entra')).toBe(false);
    expect(isProfileName('constructor')).toBe(false);
  });
});
