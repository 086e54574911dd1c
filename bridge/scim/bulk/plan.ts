// In which order the operations of a bulk request run, so that each reference is known when it is needed.

import { scimError } from '../errors.ts';
import { fail, ok, type Result } from '../result.ts';
import { referencesIn } from './references.ts';
import type { BulkOperation } from './types.ts';

/** One thing to do. Steps come in an order that can be followed from first to last. */
export type BulkStep =
  /** Run the operation. A creation that is part of a cycle leaves out what refers to `without`. */
  | { readonly kind: 'run'; readonly operation: BulkOperation; readonly without: ReadonlySet<string> }
  /** Add to the resource of such a creation what was left out. */
  | { readonly kind: 'complete'; readonly operation: BulkOperation; readonly without: ReadonlySet<string> }
  /** The operation refers to itself by a way that nothing can come first on. */
  | { readonly kind: 'impossible'; readonly operation: BulkOperation };

/** References of all operations together: each group of a large company's first load may have a few hundred. */
const MAX_REFERENCES = 20_000;

export interface BulkPlan {
  readonly steps: readonly BulkStep[];
  /** The bulkIds that each operation refers to, by its index. */
  readonly references: ReadonlyMap<number, ReadonlySet<string>>;
}

interface Node {
  readonly step: 'run' | 'complete';
  readonly operation: BulkOperation;
  /** The nodes that must come first. */
  readonly needs: Set<Node>;
  readonly neededBy: Set<Node>;
  readonly without: Set<string>;
  state: 'waiting' | 'done' | 'impossible';
}

/**
 * Orders operations: as they were sent, except that one which refers to a later one waits for it. Where operations wait
 * for each other in a circle, its first creation is split into a creation without the references and a completion.
 * 413 for more references than can be planned in passing.
 */
export function planBulk(operations: readonly BulkOperation[]): Result<BulkPlan> {
  const makers = new Map<string, BulkOperation>();
  for (const operation of operations) if (operation.bulkId !== undefined) makers.set(operation.bulkId, operation);
  const references = new Map(operations.map((operation) => [operation.index, bulkIdsOf(operation, makers)]));
  let count = 0;
  for (const bulkIds of references.values()) count += bulkIds.size;
  if (count > MAX_REFERENCES) {
    return fail(scimError(413, `A bulk request can have ${MAX_REFERENCES} references between its operations at most.`));
  }
  const nodes = graphOf(operations, makers, references);

  const steps: BulkStep[] = [];
  const ready = nodes.filter((node) => node.needs.size === 0);
  let left = nodes.length;
  const finish = (node: Node) => {
    left -= 1;
    for (const next of node.neededBy) {
      next.needs.delete(node);
      if (next.needs.size === 0 && next.state === 'waiting') insert(ready, next);
    }
  };
  const emit = (node: Node) => {
    node.state = 'done';
    steps.push({ kind: node.step, operation: node.operation, without: node.without });
    finish(node);
  };
  while (left > 0) {
    const next = ready.shift();
    if (next !== undefined) {
      emit(next);
      continue;
    }
    const circle = findCircle(nodes);
    const split = circle.find((node) => node.step === 'run' && node.operation.method === 'POST');
    if (split === undefined) {
      for (const node of circle) {
        node.state = 'impossible';
        steps.push({ kind: 'impossible', operation: node.operation });
      }
      for (const node of circle) finish(node);
    } else {
      nodes.push(splitOff(split));
      left += 1;
      insert(ready, split);
    }
  }
  return ok({ steps, references });
}

/** What an operation refers to: any bulkId that stands alone, known or not, and mentions of known ones. */
function bulkIdsOf(operation: BulkOperation, makers: ReadonlyMap<string, BulkOperation>): Set<string> {
  const { whole, inside } = referencesIn(operation.data);
  for (const bulkId of inside) if (makers.has(bulkId)) whole.add(bulkId);
  if (operation.target.kind === 'bulkId') whole.add(operation.target.bulkId);
  return whole;
}

function graphOf(
  operations: readonly BulkOperation[],
  makers: ReadonlyMap<string, BulkOperation>,
  references: ReadonlyMap<number, ReadonlySet<string>>,
): Node[] {
  const nodes = operations.map((operation): Node => newNode('run', operation));
  const byOperation = new Map(nodes.map((node) => [node.operation, node]));
  for (const node of nodes) {
    for (const bulkId of references.get(node.operation.index) ?? []) {
      const maker = makers.get(bulkId);
      // Whose id is in its path can be referred to before it has run.
      if (maker === undefined || maker.target.kind === 'id') continue;
      const needed = byOperation.get(maker);
      if (needed !== undefined) link(node, needed);
    }
  }
  return nodes;
}

function newNode(step: Node['step'], operation: BulkOperation): Node {
  return { step, operation, needs: new Set(), neededBy: new Set(), without: new Set(), state: 'waiting' };
}

function link(node: Node, needed: Node): void {
  node.needs.add(needed);
  needed.neededBy.add(node);
}

/** Keeps the order in which the operations were sent. */
function insert(ready: Node[], node: Node): void {
  const at = ready.findIndex((other) => other.operation.index > node.operation.index);
  if (at === -1) ready.push(node);
  else ready.splice(at, 0, node);
}

/** Some circle among the nodes that still wait, in the order in which their operations were sent. */
function findCircle(nodes: readonly Node[]): Node[] {
  const path: Node[] = [];
  const seen = new Map<Node, number>();
  let node = nodes.find((candidate) => candidate.state === 'waiting');
  while (node !== undefined && !seen.has(node)) {
    seen.set(node, path.length);
    path.push(node);
    [node] = node.needs;
  }
  const circle = node === undefined ? [] : path.slice(seen.get(node));
  return circle.sort((a, b) => a.operation.index - b.operation.index);
}

/**
 * Lets a creation go ahead of everything that it still waits for, and answers the node that completes it. Only its data
 * can refer to others, so all of it can be left out for a while.
 */
function splitOff(node: Node): Node {
  const completion: Node = { ...newNode('complete', node.operation), without: node.without };
  for (const needed of [...node.needs]) {
    node.needs.delete(needed);
    needed.neededBy.delete(node);
    link(completion, needed);
    if (needed.operation.bulkId !== undefined) node.without.add(needed.operation.bulkId);
  }
  link(completion, node);
  return completion;
}
