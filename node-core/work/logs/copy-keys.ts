/**
 * Under which name a copy is kept: of the node that handed it over and the instance, so that nobody can
 * stand in the way of another's, or be taken for it.
 */
const NODE_LETTERS = 16

export function copyKey(node: string, instance: string): string {
  return `${node.slice(0, NODE_LETTERS)}-${instance}`
}

export function instanceOfCopy(key: string): string {
  return key.slice(NODE_LETTERS + 1)
}
