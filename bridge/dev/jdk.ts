// Finds a JDK that can build the provider and run Keycloak: JAVA_HOME first, then `java` on the PATH.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DevFailure } from './failure.ts';

const run = promisify(execFile);
const majors = [17, 21, 25];
const advice =
  'Install a JDK 21 (17 and 25 work as well), for instance from https://adoptium.net or your package manager, and set JAVA_HOME to it.';

export interface Jdk {
  home: string;
  major: number;
}

/** There is no Java at all: the bridge can still run alone. */
export class JavaMissing extends DevFailure {}

/** Reads `java -XshowSettings:properties -version`. Undefined when that is not what it is. */
export function parseJavaSettings(output: string): Jdk | undefined {
  const property = (name: string): string | undefined => new RegExp(`^\\s*${name} = (.+?)\\s*$`, 'm').exec(output)?.[1];
  const [home, version] = [property('java\\.home'), property('java\\.specification\\.version')];
  if (home === undefined || version === undefined) return undefined;
  // Java 8 and older call themselves 1.8.
  const major = Number(version.replace(/^1\./, ''));
  return Number.isInteger(major) ? { home, major } : undefined;
}

async function ask(java: string, env: NodeJS.ProcessEnv): Promise<Jdk | undefined> {
  try {
    const { stdout, stderr } = await run(java, ['-XshowSettings:properties', '-version'], { timeout: 20_000, env });
    return parseJavaSettings(`${stdout}\n${stderr}`);
  } catch {
    return undefined;
  }
}

/** What is wrong with this Java, or undefined when it serves. */
function complaint(jdk: Jdk): string | undefined {
  if (!majors.includes(jdk.major))
    return `is Java ${jdk.major}, but Keycloak runs on ${majors.slice(0, -1).join(', ')} or ${majors.at(-1)}`;
  if (!existsSync(join(jdk.home, 'bin', process.platform === 'win32' ? 'javac.exe' : 'javac'))) {
    return `is a Java ${jdk.major} runtime without the compiler (javac), and the provider must be compiled`;
  }
  return undefined;
}

/** @throws JavaMissing when there is none, DevFailure when there are only wrong ones. */
export async function findJdk(env: NodeJS.ProcessEnv): Promise<Jdk> {
  const home = env['JAVA_HOME'];
  const candidates = [
    ...(home ? [{ name: `JAVA_HOME (${home})`, java: join(home, 'bin', 'java') }] : []),
    { name: '`java` on the PATH', java: 'java' },
  ];
  const complaints: string[] = [];
  let found = false;
  for (const { name, java } of candidates) {
    const jdk = await ask(java, env);
    if (!jdk) {
      complaints.push(`${name} is not there or does not start`);
      continue;
    }
    found = true;
    const wrong = complaint(jdk);
    if (wrong === undefined) return jdk;
    complaints.push(`${name} ${wrong}`);
  }
  const text = `Keycloak needs a JDK, and none that serves was found: ${complaints.join('; ')}. ${advice}`;
  throw found ? new DevFailure(`${text} To start without Keycloak: npm start -- --only bridge`) : new JavaMissing(text);
}
