// Vitest's global set-up for tests in a browser: finds the system's Chromium, and says whether pictures are to be taken anew.
import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The executable; empty when there is none. */
    chromium: string;
    /** With `vitest --update`. */
    updatePictures: boolean;
  }
}

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/snap/bin/chromium'];

export default function setup(project: TestProject): void {
  const chromium = [process.env['CHROMIUM'] ?? '', ...places].find((path) => path !== '' && existsSync(path)) ?? '';
  if (chromium === '' && process.env['CI']) throw new Error('There is no Chromium: apt-get install chromium');
  project.provide('chromium', chromium);
  project.provide('updatePictures', project.vitest.config.snapshotOptions.updateSnapshot === 'all');
}
