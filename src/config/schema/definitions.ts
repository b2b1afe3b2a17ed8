// What a JSON Schema defines once and refers to elsewhere, as layers that hold layers.

/** The definition that a reference names: `#/$defs/layer`. */
export function definitionOf<Schema extends Record<string, unknown>>(root: Schema, reference: string): Schema {
  return (root['$defs'] as Record<string, Schema>)[reference.replace('#/$defs/', '')]!;
}
