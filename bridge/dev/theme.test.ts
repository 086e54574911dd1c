import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultMappings } from '../federation/mappings/attribute-mappings.ts';
import { labelOf } from '../keycloak/user-profile.ts';
import { projectFolder } from './paths.ts';
import { buildTheme } from './theme.ts';

const languages = ['ar', 'de', 'en', 'es', 'fr', 'it'];
/** Shown in every theme. */
const providerBundle = 'keycloak-provider/src/main/resources/theme-resources/messages';
const bundles = [
  'keycloak-theme/theme/realmbridge/login/messages',
  'keycloak-theme/theme/realmbridge/account/messages',
  providerBundle,
];

function readMessages(folder: string, language: string): Map<string, string> {
  const text = readFileSync(join(projectFolder, folder, `messages_${language}.properties`), 'utf8');
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

describe.each(bundles)('%s', (folder) => {
  test('has every text in every language, with the same placeholders', () => {
    expect(readdirSync(join(projectFolder, folder)).sort()).toEqual(
      languages.map((language) => `messages_${language}.properties`),
    );
    const english = readMessages(folder, 'en');
    for (const language of languages) {
      const texts = readMessages(folder, language);
      expect([...texts.keys()].sort(), language).toEqual([...english.keys()].sort());
      for (const [key, text] of texts) {
        expect(text.trim(), `${language} ${key}`).not.toBe('');
        // Keycloak's message format takes a straight quote for the beginning of a literal.
        expect(text, `${language} ${key}`).not.toContain("'");
        expect(text.includes('{0}'), `${language} ${key}`).toBe(english.get(key)?.includes('{0}'));
      }
    }
  });
});

test('the provider has the labels of the attributes that a federation maps by itself', () => {
  const keys = [...readMessages(providerBundle, 'en').keys()].filter((key) => /^realmbridgeAttribute[A-Z]/.test(key));
  const labels = defaultMappings.map(({ attribute }) => labelOf(attribute));
  expect(keys.map((key) => `\${${key}}`).sort()).toEqual(labels.sort());
});

test('the same sources make the same jar', async () => {
  await buildTheme();
  expect(await buildTheme()).toBe(false);
});
