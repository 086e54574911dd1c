// Runs Maven and says in one sentence why it failed.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DevFailure } from './failure.ts';
import type { Jdk } from './jdk.ts';
import { runTool, type ToolContext, tail } from './tool.ts';

const offline =
  /Could not transfer (artifact|metadata)|UnknownHost|Unknown host|Name or service not known|Temporary failure in name resolution|Network is unreachable|Connection (refused|timed out|reset)|connect timed out|in offline mode/i;
const badChecksum = /ChecksumFailureException|Checksum validation failed/i;

/** The Maven command on the PATH. @throws DevFailure when there is none. */
export function findMaven(env: NodeJS.ProcessEnv): string {
  const name = process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  throw new DevFailure(
    'Maven (mvn) is not on the PATH. It fetches Keycloak and builds its provider. Install Maven 3.8 or newer (https://maven.apache.org, or your package manager), or start without Keycloak: npm start -- --only bridge',
  );
}

/** `what` completes "… failed": "Fetching Keycloak 26.7.5". */
export async function runMaven(
  context: ToolContext & { env: NodeJS.ProcessEnv; jdk: Jdk },
  what: string,
  args: readonly string[],
  cwd: string,
): Promise<void> {
  const { code, output } = await runTool(context, findMaven(context.env), ['-q', '-B', ...args], {
    cwd,
    env: { ...context.env, JAVA_HOME: context.jdk.home },
  });
  if (code === 0) return;
  const said = tail(
    output
      .split('\n')
      .map((line) => line.replace(/ -> \[Help \d+\]$/, '').trimEnd())
      .filter(
        (line) => !/^\[ERROR\](\s*$| \[Help \d+\]| Re-run Maven| To see the full| For more information)/.test(line),
      )
      .join('\n'),
    8,
  );
  if (badChecksum.test(output)) {
    throw new DevFailure(
      `${what} failed: what arrived does not match its checksum. Start again; if it happens again, a proxy between here and the repository changes files.\n${said}`,
    );
  }
  if (offline.test(output)) {
    throw new DevFailure(
      `${what} failed: Maven could not reach its repository. Check the network, or the proxy and mirror in ~/.m2/settings.xml, and start again. To start without Keycloak: npm start -- --only bridge\n${said}`,
    );
  }
  throw new DevFailure(`${what} failed (mvn ended with ${code}):\n${said}`);
}
