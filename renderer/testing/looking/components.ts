import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

const RENDERER = path.resolve(import.meta.dirname, '../..')

/** Components that are on none of the screens that were seen. */
export function unseenComponents(seen: ReadonlySet<string>): string[] {
  const found: string[] = []
  for (const [name, files] of filesOfComponents()) {
    // The build tells those of one name apart by a number.
    const named = [...seen].filter((each) => each.replace(/\$\d+$/, '') === name)
    if (named.length < files.length) found.push(`${name} of ${files.join(' or ')}`)
  }
  return found
}

function filesOfComponents(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const file of globSync('**/*.tsx', { cwd: RENDERER }).sort()) {
    const source = readFileSync(path.join(RENDERER, file), 'utf8')
    for (const [, name = ''] of source.matchAll(/^(?:export )?function ([A-Z]\w*)/gm)) {
      found.set(name, [...(found.get(name) ?? []), file])
    }
  }
  return found
}

/** The names of all components that are on the screen, as React has them. */
export const SHOWN = `(() => {
  const root = document.getElementById('root')
  const key = Object.keys(root).find((name) => name.startsWith('__reactContainer'))
  const names = new Set()
  // What stands there itself may be of the picture before.
  const waiting = [root[key].stateNode.current]
  for (let fiber = waiting.pop(); fiber; fiber = waiting.pop()) {
    if (typeof fiber.type === 'function') names.add(fiber.type.name)
    if (fiber.sibling) waiting.push(fiber.sibling)
    if (fiber.child) waiting.push(fiber.child)
  }
  return [...names]
})()`
