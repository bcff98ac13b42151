import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { LONGEST, longestFirst } from './longest-first.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const inRoot = (file: string) => ({ moduleId: path.join(ROOT, file) })

it('begins with what takes longest, leaves nothing out, and the others in their order', () => {
  const others = ['tidy.test.ts', 'cli/config.test.ts']
  const files = [others[0]!, ...LONGEST.toReversed(), others[1]!].map(inRoot)
  expect(longestFirst(files)).toEqual([...LONGEST, ...others].map(inRoot))
})

it('names no file that is gone', () => {
  expect(LONGEST.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([])
})
