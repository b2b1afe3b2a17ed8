// Resolves references in a JSON Schema, which recursive schemas such as layers need.

/** The definition for a reference such as `#/$defs/layer`. */
export function definitionOf<Schema extends Record<string, unknown>>(root: Schema, reference: string): Schema {
  return (root['$defs'] as Record<string, Schema>)[reference.replace('#/$defs/', '')]!;
}
