// Types as readers ask for them.
import { ApiError } from '../platform/http/api-error.ts';

/**
 * The types that the patterns name: `user.created`, or `user.*` for all that begin so.
 * @throws ApiError invalid_request for a type that there is not.
 */
export function typesMeant<Type extends string>(known: readonly Type[], patterns: readonly string[]): Set<Type> {
  const meant = patterns.flatMap((pattern) => {
    const types = known.filter((type) =>
      pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern,
    );
    if (types.length > 0) return types;
    throw new ApiError(
      'invalid_request',
      `type: there is no "${pattern.slice(0, 100)}". The types are ${known.join(', ')}; "${known[0]?.split('.')[0]}.*" stands for all that begin so.`,
    );
  });
  return new Set(meant);
}
