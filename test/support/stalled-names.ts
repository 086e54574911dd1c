// A resolver that never answers. Keycloak looks names up in a file of ours; while that is a pipe into which nobody writes,
// each look-up waits for ever, as it does for a name server that is gone.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Answers the function that ends it: waiting look-ups fail then, later ones find what the file says. */
export async function stallNames(hostsFile: string): Promise<() => Promise<void>> {
  const [kept, pipe] = [`${hostsFile}.kept`, `${hostsFile}.pipe`];
  await run('mkfifo', [pipe]);
  await rename(hostsFile, kept);
  await link(pipe, hostsFile);
  return async () => {
    await rename(kept, hostsFile);
    const writer = await open(pipe, constants.O_RDWR);
    await writer.close();
    await rm(pipe);
  };
}
