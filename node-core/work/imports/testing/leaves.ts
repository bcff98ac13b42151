/** Every value of a text with its place, to see that a report speaks of each. */
import { objectsOf } from '../kubernetes/object.ts'
import { createReport } from '../report.ts'
import type { Tree } from '../tree.ts'
import { readYaml } from '../yaml.ts'

export interface Leaf {
  line: number
  path: string
}

export function leavesOf(text: string, format: 'compose' | 'kubernetes'): Leaf[] {
  const documents = readYaml(text)
  if (format === 'compose') return documents.flatMap(leaves)
  return objectsOf(documents, createReport().scope()).flatMap(({ at }) => leaves(at))
}

/** Those of which nothing is said, nor of anything that they are in. */
export function silentLeaves(of: readonly Leaf[], told: readonly Leaf[]): Leaf[] {
  const paths = new Set(told.map(({ path }) => path))
  return of.filter(({ path }) => {
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
      if (paths.has(path.slice(0, end))) return false
    }
    return true
  })
}

function leaves(at: Tree): Leaf[] {
  const inside = at.kind === 'list' ? at.items : at.kind === 'map' ? [...at.fields.values()] : []
  if (inside.length > 0) return inside.flatMap(leaves)
  return at.path === '' ? [] : [{ line: at.line, path: at.path }]
}
