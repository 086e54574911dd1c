// The system's Chromium, and what tests ask of each page: that it breaks no rule of WCAG 2.2 AA, that its structure and texts are the
// recorded ones, and that it still looks like its picture.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import { z } from 'zod';
import { stateFolder } from '../../bridge/dev/paths.ts';
import { encodePalettePng } from './palette-png.ts';

export type { Page } from 'playwright-core';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** Fonts and their rendering differ between machines, so a picture may differ in this share of its blocks of 16 × 16 pixels. */
const tolerance = 0.06;
const inPage = join(import.meta.dirname, 'in-page.js');

export interface TestBrowser {
  /** A page with no cookies, on a desktop with English as its language unless told. */
  open(options?: { locale?: string; viewport?: { width: number; height: number } }): Promise<Page>;
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const browser: Browser = await chromium.launch({
    executablePath: inject('chromium'),
    args: ['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb'],
  });
  const contexts: BrowserContext[] = [];
  return {
    async open({ locale = 'en', viewport = { width: 1000, height: 860 } } = {}) {
      const context = await browser.newContext({
        locale,
        viewport,
        colorScheme: 'light',
        reducedMotion: 'reduce',
        bypassCSP: true,
      });
      contexts.push(context);
      context.setDefaultTimeout(60_000);
      return context.newPage();
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
    },
  };
}

/** Switches the page that is open, as a system does in the evening. */
export async function setColorScheme(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.waitForFunction(
    `document.documentElement.classList.contains('pf-v5-theme-dark') === ${scheme === 'dark'}`,
  );
}

const axeResults = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      help: z.string(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** Asserts that axe-core finds no violation of WCAG 2.0, 2.1 and 2.2, levels A and AA. */
export async function expectAccessible(page: Page, where: string): Promise<void> {
  await page.evaluate(axe.source);
  const options = JSON.stringify({ runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] });
  const { violations } = axeResults.parse(await page.evaluate(`axe.run(document, ${options})`));
  expect(
    violations.map(({ id, help, nodes }) => [
      id,
      help,
      ...nodes.map(({ html, failureSummary }) => [html, failureSummary]),
    ]),
    where,
  ).toEqual([]);
}

/** Asserts that the page has the structure, the names and the texts that are recorded; addresses are left out. */
export async function expectStructure(page: Page, file: string): Promise<void> {
  const structure = await page.locator('body').ariaSnapshot();
  const told = structure
    .split('\n')
    .filter((line) => !/^\s*- \/url:/.test(line))
    .join('\n');
  await expect(`${told}\n`).toMatchFileSnapshot(file);
}

/**
 * Asserts that the visible part of the page looks like the picture, or takes the picture anew with `vitest --update`. What differs
 * is left beside the checkout's other state for a look at it.
 */
export async function expectPicture(page: Page, file: string): Promise<void> {
  const taken = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const committed = await readFile(file).catch(() => undefined);
  const { pixels, width, height, difference, change } = await examine(page, taken, committed);
  if (inject('updatePictures') ? change < 0.0005 : difference <= tolerance) return;
  const picture = encodePalettePng(pixels, width, height);
  const isNew = committed === undefined && !process.env['CI'];
  const target =
    inject('updatePictures') || isNew ? file : join(stateFolder, 'pictures', file.split('/').at(-1) ?? 'picture.png');
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, picture);
  if (target === file) return;
  expect.fail(
    committed === undefined
      ? `${file} is missing; take it with: npm run sync:screenshots`
      : `${(difference * 100).toFixed(1)} % of the page differ from ${file}. The page is now as in ${target}; if that is meant: npm run sync:screenshots`,
  );
}

const examined = z.object({
  pixels: z.string(),
  width: z.number(),
  height: z.number(),
  difference: z.number(),
  change: z.number(),
});

/** The browser itself decodes and compares: that takes no library. */
async function examine(page: Page, taken: Buffer, committed: Buffer | undefined) {
  const blank = await page.context().newPage();
  try {
    await blank.addScriptTag({ path: inPage });
    const arguments_ = [taken, committed].map((png) => JSON.stringify(png?.toString('base64') ?? null)).join(', ');
    const { pixels, ...rest } = examined.parse(await blank.evaluate(`examinePicture(${arguments_})`));
    return { pixels: Buffer.from(pixels, 'base64'), ...rest };
  } finally {
    await blank.close();
  }
}
