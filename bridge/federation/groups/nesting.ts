// Where groups that are members of groups stand. SCIM lets a group be in several groups, and in a circle; Keycloak's groups
// are a tree. So each group is shown below one of the groups it is in, and what it has from the others is worked out here.

/** `child` is a member of `parent`. */
export interface NestedEdge {
  child: string;
  parent: string;
  parentName: string;
}

export interface GroupPlace {
  id: string;
  name: string;
}

/** A group that is deeper than this is shown at the top. Nobody's organization is; made-up ones shall not be expensive. */
export const maxDepth = 20;

export interface Nesting {
  /** The name of a group that another one is in. */
  nameOf(id: string): string | undefined;
  /** The groups above this one, outermost first. */
  placeOf(id: string): GroupPlace[];
  /** The groups from which this one has something that the groups above it don't give: all that contain it some other way. */
  besides(id: string): Set<string>;
}

export const flat: Nesting = { nameOf: () => undefined, placeOf: () => [], besides: () => new Set() };

/** `edges` must hold every group that the asked ones are in, however indirectly. */
export function createNesting(edges: readonly NestedEdge[]): Nesting {
  const parents = new Map<string, string[]>();
  const names = new Map<string, string>();
  for (const { child, parent, parentName } of edges) {
    if (child === parent) continue;
    parents.set(child, [...(parents.get(child) ?? []), parent]);
    names.set(parent, parentName);
  }
  /** The oldest group stands for all: ids grow with time, so a new membership never moves a group. */
  const shownParent = (id: string): string | undefined => parents.get(id)?.reduce((a, b) => (a < b ? a : b));

  /** The way up until the top, or until the group where a circle is cut open: the oldest in it. */
  function wayUp(id: string): string[] {
    const way = [id];
    const places = new Map([[id, 0]]);
    for (;;) {
      const next = shownParent(way.at(-1) ?? id);
      if (next === undefined) return way.slice(1);
      const met = places.get(next);
      if (met !== undefined) {
        const root = way.slice(met).reduce((a, b) => (a < b ? a : b));
        return way.slice(1, (places.get(root) ?? 0) + 1);
      }
      places.set(next, way.length);
      way.push(next);
    }
  }

  function placeOf(id: string): GroupPlace[] {
    const way = wayUp(id);
    return way.length > maxDepth ? [] : way.reverse().map((one) => ({ id: one, name: names.get(one) ?? '' }));
  }

  return {
    nameOf: (id) => names.get(id),
    placeOf,
    besides(id) {
      const shown = placeOf(id).at(-1)?.id;
      const found = new Set<string>();
      const pending = (parents.get(id) ?? []).filter((parent) => parent !== shown);
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        if (found.has(next)) continue;
        found.add(next);
        pending.push(...(parents.get(next) ?? []));
      }
      found.delete(id);
      return found;
    },
  };
}
