// `npm run build:theme`: the Keycloak theme's jar.
import { buildTheme, themeJar } from './theme.ts';

const built = await buildTheme();
console.log(`${built ? 'Built' : 'Unchanged:'} ${themeJar}`);
