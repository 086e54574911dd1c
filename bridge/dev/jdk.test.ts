import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJdk, JavaMissing, parseJavaSettings } from './jdk.ts';

describe('what java says of itself', () => {
  it('is read from its properties, whatever surrounds them', () => {
    const output = `Property settings:
    file.separator = /
    java.home = /usr/lib/jvm/java-21-openjdk-amd64
    java.specification.version = 21
    java.version = 21.0.4
openjdk version "21.0.4" 2024-07-16`;
    expect(parseJavaSettings(output)).toEqual({ home: '/usr/lib/jvm/java-21-openjdk-amd64', major: 21 });
  });

  it('knows that 1.8 is 8', () => {
    expect(parseJavaSettings('    java.home = /jdk8/jre\n    java.specification.version = 1.8\n')?.major).toBe(8);
  });

  it('is nothing when it is another program', () => {
    expect(parseJavaSettings('No Java runtime present, requesting install.')).toBeUndefined();
  });
});

describe('the search for a JDK', () => {
  let folder: string;

  async function fakeJava(name: string, major: string, compiler: boolean): Promise<string> {
    const home = join(folder, name);
    await mkdir(join(home, 'bin'), { recursive: true });
    const says = `#!/bin/sh\necho '    java.home = ${home}'\necho '    java.specification.version = ${major}'\n`;
    await writeFile(join(home, 'bin', 'java'), says, { mode: 0o755 });
    if (compiler) await writeFile(join(home, 'bin', 'javac'), '', { mode: 0o755 });
    return home;
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'realmbridge-jdk-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['17', '21', '25'])('takes Java %s from JAVA_HOME', async (major) => {
    const home = await fakeJava(`jdk-${major}`, major, true);
    expect(await findJdk({ JAVA_HOME: home, PATH: '/bin' })).toEqual({ home, major: Number(major) });
  });

  it('goes on to the PATH when JAVA_HOME is too old', async () => {
    const [old, right] = [await fakeJava('old', '11', true), await fakeJava('right', '21', true)];
    expect(await findJdk({ JAVA_HOME: old, PATH: `${join(right, 'bin')}:/bin` })).toEqual({ home: right, major: 21 });
  });

  it('says which Java is too old and which ones serve', async () => {
    const home = await fakeJava('eleven', '11', true);
    const failure = findJdk({ JAVA_HOME: home, PATH: folder });
    await expect(failure).rejects.toThrow(/is Java 11, but Keycloak runs on 17, 21 or 25/);
    await expect(failure).rejects.not.toBeInstanceOf(JavaMissing);
  });

  it('says that a runtime has no compiler', async () => {
    const home = await fakeJava('jre', '21', false);
    await expect(findJdk({ JAVA_HOME: home, PATH: folder })).rejects.toThrow(/without the compiler/);
  });

  it('tells a machine without Java from one with a wrong one', async () => {
    await expect(findJdk({ PATH: folder })).rejects.toBeInstanceOf(JavaMissing);
  });
});
