import type { Filter } from './ast.ts';

/** Writes a filter as text that parseFilter reads back into the same tree (RFC 7644 §3.4.2.2). */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.map(printOperand).join(` ${filter.kind} `);
    case 'not':
      return `not (${printFilter(filter.operand)})`;
    case 'compare':
      return `${filter.path} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case 'present':
      return `${filter.path} pr`;
    case 'element':
      return `${filter.path}[${printFilter(filter.filter)}]`;
  }
}

/** A chain inside a chain keeps its parentheses, which also keeps the shape of the tree. */
function printOperand(filter: Filter): string {
  const text = printFilter(filter);
  return filter.kind === 'and' || filter.kind === 'or' ? `(${text})` : text;
}
