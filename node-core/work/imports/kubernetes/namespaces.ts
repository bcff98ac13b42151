/** What is in the text, but in another namespace than what names it: there it would not be found either. */

export interface Elsewhere {
  /** Such as `ConfigMap`. */
  kind: string
  /** Where things of this name are. */
  there: readonly string[]
  /** Where the one is that names it. */
  here: string
}

/** Undefined where there is none anywhere. */
export function elsewhereText({ kind, there, here }: Elsewhere): string | undefined {
  if (there.length === 0) return undefined
  const where = [...new Set(there)].map(namespaceText).join(' and ')
  return `The ${kind} of this name is in ${where}, and what names it in ${namespaceText(here)}: no names reach from one into another.`
}

/** Of what leads to nothing: that what it is to lead to is elsewhere; undefined where there is none. */
export function ledElsewhereText(
  { kind, there, here }: Elsewhere,
  what: string,
): string | undefined {
  if (there.length === 0) return undefined
  const where = [...new Set(there)].map(namespaceText).join(' and ')
  return `${what} is in ${where}, and this ${kind} in ${namespaceText(here)}.`
}

export function namespaceText(namespace: string): string {
  return `the namespace “${namespace.slice(0, 63)}”`
}
