import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

describe('the flags of npm start', () => {
  it('start everything by default', () => {
    expect(parseOptions([], {})).toMatchObject({
      parts: ['bridge', 'keycloak'],
      port: 8400,
      metricsPort: 8401,
      keycloakPort: 8080,
      managementPort: 9080,
      samples: true,
      reset: false,
    });
  });

  it('start one part, on other ports, without samples', () => {
    const options = parseOptions(['--only', 'bridge', '--port', '9000', '--no-samples'], {});
    expect(options).toMatchObject({ parts: ['bridge'], port: 9000, metricsPort: 9001, samples: false });
  });

  it('take the version of Keycloak from the flag before the environment', () => {
    expect(parseOptions([], { KEYCLOAK_VERSION: '26.7.1' }).keycloakVersion).toBe('26.7.1');
    expect(parseOptions(['--keycloak-version', '26.7.2'], { KEYCLOAK_VERSION: '26.7.1' }).keycloakVersion).toBe(
      '26.7.2',
    );
  });
});
