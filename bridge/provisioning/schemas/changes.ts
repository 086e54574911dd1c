// What a new declaration of a schema means for values that are there already. Pure.
import type { SchemaDeclaration } from '../../scim/schema/declaration.ts';
import { isKeyed } from '../../scim/schema/declaration.ts';
import type { AttributeDefinition } from '../../scim/schema/model.ts';

type Attributes = Pick<SchemaDeclaration, 'attributes'>;
type Demands = Attributes & { readonly required?: boolean };

/** Attributes that are gone, or whose values would be of another form than the stored ones. */
export function changedAttributes(before: Attributes, after: Attributes): string[] {
  const kept = new Map(after.attributes.map((attribute) => [attribute.name, attribute]));
  return before.attributes
    .filter((attribute) => isAnother(attribute, kept.get(attribute.name)))
    .map(({ name }) => name);
}

function isAnother(before: AttributeDefinition, after: AttributeDefinition | undefined): boolean {
  if (after === undefined || before.type !== after.type || before.multiValued !== after.multiValued) return true;
  const subs = new Map((after.subAttributes ?? []).map((sub) => [sub.name, sub]));
  return (before.subAttributes ?? []).some((sub) => isAnother(sub, subs.get(sub.name)));
}

/** What is required now and was not before. */
export function demandsMore(before: Demands | undefined, after: Demands): boolean {
  if (after.required && !before?.required) return true;
  const demanded = new Set(before?.attributes.filter(({ required }) => required).map(({ name }) => name));
  return after.attributes.some(({ name, required }) => required && !demanded.has(name));
}

/** Whether the keys of resources are no longer those that they were. */
export function keysDiffer(before: Attributes, after: Attributes): boolean {
  return JSON.stringify(keyedParts(before)) !== JSON.stringify(keyedParts(after));
}

const keyedParts = ({ attributes }: Attributes) =>
  attributes
    .flatMap((attribute) => [
      { path: attribute.name, ...attribute },
      ...(attribute.subAttributes ?? []).map((sub) => ({ path: `${attribute.name}.${sub.name}`, ...sub })),
    ])
    .filter(isKeyed)
    .map(({ path, type, caseExact, uniqueness }) => [path, type, caseExact, uniqueness])
    .sort();
