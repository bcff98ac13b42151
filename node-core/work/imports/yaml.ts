/** YAML, read by a library, as trees with places. What YAML is stays the library's business. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from 'yaml'
import { validationError, type WrongField } from '../spec/index.ts'
import {
  ALIASES_MAX,
  DOCUMENTS_MAX,
  STEP_LENGTH_MAX,
  TREE_DEPTH_MAX,
  TREE_LETTERS_MAX,
  TREE_NODES_MAX,
} from './limits.ts'
import { shortened } from './report.ts'
import type { Tree } from './tree.ts'
import { MISTAKES } from './yaml-mistakes.ts'

/** One tree for each document that holds something. Throws VALIDATION_ERROR alone. */
export function readYaml(text: string): Tree[] {
  const lines = new LineCounter()
  // Its own words about a mistake would repeat the line, and a line may hold a password.
  const options = { lineCounter: lines, prettyErrors: false, logLevel: 'silent' } as const
  // The library compares each key with each other; ours are looked up.
  const parsed = parseAllDocuments(text, { ...options, uniqueKeys: false, version: '1.2' })
  const documents = Array.isArray(parsed) ? parsed : []
  if (documents.length > DOCUMENTS_MAX) refuse(1, `More than ${DOCUMENTS_MAX} documents.`)
  let nodes = 0
  let letters = 0
  const reader = (document: Document.Parsed): Reader => ({
    document,
    lineOf: (node) => lines.linePos(node.range?.[0] ?? 0).line,
    count(line, more) {
      nodes++
      letters += more
      if (letters > TREE_LETTERS_MAX) refuse(line, `More than ${TREE_LETTERS_MAX} letters in it.`)
      if (nodes > TREE_NODES_MAX) refuse(line, `More than ${TREE_NODES_MAX} values in it.`)
    },
  })
  return documents.flatMap((document) => {
    const [wrong] = document.errors
    if (wrong) refuse(lines.linePos(wrong.pos[0]).line, `Not YAML: ${MISTAKES[wrong.code]}`)
    const root = document.contents
    if (!root || (isScalar(root) && root.value === null)) return []
    mustUnfold(document)
    return [toTree(root, '', reader(document), [])]
  })
}

interface Reader {
  document: Document.Parsed
  lineOf(node: Node): number
  /** One more value, and its letters; throws when there are too many. */
  count(line: number, letters: number): void
}

/** The library's own guard against aliases of aliases of aliases. */
function mustUnfold(document: Document.Parsed): void {
  try {
    document.toJS({ maxAliasCount: ALIASES_MAX })
  } catch {
    refuse(1, 'Its aliases do not unfold, or to too much.')
  }
}

function toTree(node: Node, path: string, reader: Reader, above: readonly Node[]): Tree {
  const line = reader.lineOf(node)
  reader.count(line, isScalar(node) ? String(node.source ?? node.value).length : 0)
  if (above.length > TREE_DEPTH_MAX) refuse(line, `More than ${TREE_DEPTH_MAX} levels.`)
  if (above.includes(node)) refuse(line, 'An alias of what it stands in.')
  const inside = [...above, node]
  if (isAlias(node)) {
    const target = node.resolve(reader.document)
    if (!target) refuse(line, 'An alias of nothing.')
    return toTree(target, path, reader, inside)
  }
  if (isScalar(node)) {
    const { value, source } = node
    const plain = value === null || value === undefined ? '' : (source ?? String(value))
    const text = typeof value === 'string' ? value : plain
    return { line, path, kind: 'scalar', text, nothing: value === null }
  }
  if (isSeq<Node>(node)) {
    const items = node.items.map((item, at) => toTree(item, below(path, at), reader, inside))
    return { line, path, kind: 'list', items }
  }
  if (!isMap<Node, Node | null>(node)) return refuse(line, 'Neither a value, a list nor a map.')
  return { line, path, kind: 'map', fields: toFields(node.items, path, reader, inside) }
}

function toFields(
  pairs: readonly Pair<Node, Node | null>[],
  path: string,
  reader: Reader,
  above: readonly Node[],
): Map<string, Tree> {
  const fields = new Map<string, Tree>()
  const merged: Tree[] = []
  for (const { key, value } of pairs) {
    const line = reader.lineOf(key)
    if (!isScalar(key)) refuse(line, 'A key that is not a word.')
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
    if (name === '<<' && key.type === 'PLAIN' && value) {
      merged.push(toTree(value, path, reader, above))
      continue
    }
    if (fields.has(name)) refuse(line, 'A key that was there before in the same map.')
    const at = below(path, name)
    // What stands on a key's line is spoken of by that line, though its value begins below it.
    const tree = value
      ? { ...toTree(value, at, reader, above), ...(!isAlias(value) && { line }) }
      : { line, path: at, kind: 'scalar' as const, text: '', nothing: true }
    fields.set(name, tree)
  }
  for (const each of merged) mergeInto(fields, each)
  return fields
}

/** YAML's merge key: what the map says itself goes before, then what was named first. */
function mergeInto(fields: Map<string, Tree>, merged: Tree): void {
  if (merged.kind === 'list') {
    for (const one of merged.items) mergeInto(fields, one)
  } else if (merged.kind === 'map') {
    for (const [name, value] of merged.fields) if (!fields.has(name)) fields.set(name, value)
  } else {
    refuse(merged.line, 'Only maps can be merged into a map.')
  }
}

function below(path: string, name: string | number): string {
  const step = shortened(String(name), STEP_LENGTH_MAX)
  return path === '' ? step : `${path}.${step}`
}

function refuse(line: number, message: string): never {
  const wrong: WrongField = { path: 'text', message: `Line ${line}: ${message}` }
  throw validationError([wrong])
}
