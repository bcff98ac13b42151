/** One object of Kubernetes, with paths that begin with what it is: `Deployment/web.spec`. */
import { STEP_LENGTH_MAX } from '../limits.ts'
import { type Scope, shortened } from '../report.ts'
import { field, fieldsOf, isEmpty, itemsOf, type Tree, textOf } from '../tree.ts'

export interface KubeObject {
  kind: string
  name: string
  namespace: string
  at: Tree
}

/** The objects of documents, those in a List too. */
export function objectsOf(documents: readonly Tree[], scope: Scope): KubeObject[] {
  return documents.flatMap((document) => {
    const kind = textOf(field(document, 'kind')) ?? ''
    const items = field(document, 'items')
    if (!/List$/.test(kind) || items?.kind !== 'list') return [toObject(document)]
    for (const [name, value] of fieldsOf(document)) if (name !== 'items') scope.say(value, 'kept')
    if (isEmpty(items)) scope.say(items, 'kept')
    return itemsOf(items).map(toObject)
  })
}

/** Where what names no namespace is put, unless the program that brings it says another. */
const DEFAULT = 'default'

function toObject(at: Tree): KubeObject {
  const kind = textOf(field(at, 'kind')) ?? ''
  const name = textOf(field(at, 'metadata', 'name')) ?? ''
  const namespace = textOf(field(at, 'metadata', 'namespace')) || DEFAULT
  const within = at.path
  const path = shortened(`${kind === '' ? 'object' : kind}/${name}`, STEP_LENGTH_MAX)
  return { kind, name, namespace, at: moved(at, { within, path }) }
}

function moved(at: Tree, to: { within: string; path: string }): Tree {
  const own = at.path.slice(to.within.length).replace(/^\./, '')
  const path = own === '' ? to.path : `${to.path}.${own}`
  if (at.kind === 'list') return { ...at, path, items: at.items.map((one) => moved(one, to)) }
  if (at.kind !== 'map') return { ...at, path }
  const fields = [...at.fields].map(([name, value]) => [name, moved(value, to)] as const)
  return { ...at, path, fields: new Map(fields) }
}
