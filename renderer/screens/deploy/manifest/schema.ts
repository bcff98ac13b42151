/** A field that may stand at a place, and what it takes. */
export interface SchemaField {
  name: string
  takes: 'text' | 'number' | 'yes' | 'list' | 'fields'
  /** The only values that it may have. */
  values: readonly string[]
}

/**
 * What may stand at a path of a manifest, by its JSON Schema. Of several forms that a value may have,
 * all fields of all of them.
 */
export function fieldsAt(schema: unknown, path: readonly string[]): SchemaField[] {
  const found = new Map<string, SchemaField>()
  for (const form of path.reduce(inside, formsOf(schema))) {
    for (const [name, field] of Object.entries(Object(read(form, 'properties')))) {
      if (!found.has(name)) found.set(name, fieldOf(name, field))
    }
  }
  return [...found.values()]
}

function inside(forms: readonly unknown[], step: string): unknown[] {
  return forms.flatMap((form) => {
    const [properties, items] = [read(form, 'properties'), read(form, 'items')]
    const next = read(properties, step) ?? (/^\d+$/.test(step) ? items : undefined)
    return formsOf(next ?? read(form, 'additionalProperties'))
  })
}

function formsOf(schema: unknown): unknown[] {
  const several = read(schema, 'anyOf') ?? read(schema, 'oneOf')
  if (Array.isArray(several)) return several.flatMap(formsOf)
  return typeof schema === 'object' && schema !== null ? [schema] : []
}

function fieldOf(name: string, schema: unknown): SchemaField {
  const forms = formsOf(schema)
  const values = forms.flatMap((form) => {
    const several = read(form, 'enum')
    const only = read(form, 'const')
    return [...(Array.isArray(several) ? several : []), ...(only === undefined ? [] : [only])]
  })
  return { name, takes: takenBy(forms), values: values.map(String) }
}

function takenBy(forms: readonly unknown[]): SchemaField['takes'] {
  const kinds = new Set(forms.map((form) => read(form, 'type')))
  if (kinds.has('object')) return 'fields'
  if (kinds.has('array')) return 'list'
  if (kinds.has('string')) return 'text'
  if (kinds.has('boolean')) return 'yes'
  return kinds.has('number') || kinds.has('integer') ? 'number' : 'text'
}

function read(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
