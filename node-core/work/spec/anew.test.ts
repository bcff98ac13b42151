import { expect, test } from 'vitest'
import {
  applyChange,
  goneBack,
  isSameVersion,
  parseStoredWorkload,
  parseWorkload,
  restartedFrom,
  storedForm,
  templateOf,
  versionDifferences,
  type Workload,
  withoutRestarts,
} from './index.ts'

const manifest = {
  name: 'web',
  containers: [
    { name: 'main', image: 'a', env: { A: 'b' } },
    { name: 'beside', image: 'b' },
  ],
}
const WEB = parseWorkload(manifest)
const at = (generation: number, workload: Workload = WEB): Workload =>
  restartedFrom({ workload, owner: 'f' as never, generation })

test('copies started anew are another version, each time, of which nothing else has changed', () => {
  const versions = [WEB, at(1), at(2, at(1))]
  expect(new Set(versions.map(templateOf)).size).toBe(3)
  expect(isSameVersion(WEB, at(1))).toBe(false)
  expect(versionDifferences(at(1), at(2))).toEqual([{ path: 'restarted', before: '1', after: '2' }])
  expect(withoutRestarts(at(2))).toEqual(WEB)
})

test('an earlier release reads it as a variable, and what reads it back hands that to nobody', () => {
  const stored = storedForm(at(7))
  expect(stored).toMatchObject({
    parts: [{ env: { A: 'b', MYCELIUM_RESTARTED: '7' } }, { env: {} }],
  })
  expect(stored).not.toHaveProperty('restarted')
  expect(parseStoredWorkload(stored)).toEqual(at(7))
  const program = parseWorkload({ name: 'program', bundle: `sha256:${'a'.repeat(64)}` })
  expect(parseStoredWorkload(storedForm(at(3, program)))).toEqual(at(3, program))
})

test('a change of something else, and a whole manifest, start nothing anew once more', () => {
  expect(applyChange(at(4), { priority: 3 }).restarted).toBe(4)
  expect(applyChange(at(4), { manifest: JSON.stringify(manifest) })).toEqual(at(4))
})

test('what goes back while it takes over goes back to the copies of before', () => {
  expect(goneBack(at(4), at(4), WEB)).toEqual(WEB)
  expect(goneBack(at(4), at(4), at(2))).toEqual(at(2))
})

test('no variable may have the name of its mark, nor so many be said that there is no room for it', () => {
  const [first] = manifest.containers
  const saying = (env: Record<string, string>) => ({ containers: [{ ...first, env }] })
  expect(() => parseWorkload({ name: 'web', ...saying({ MYCELIUM_RESTARTED: '1' }) })).toThrow(
    expect.objectContaining({
      code: 'VALIDATION_ERROR',
      details: [expect.objectContaining({ path: 'env.MYCELIUM_RESTARTED' })],
    }),
  )
  const many = Object.fromEntries(Array.from({ length: 512 }, (_, n) => [`V${n}`, '']))
  const full = applyChange(WEB, saying(many))
  const wrong = expect.objectContaining({ details: [expect.objectContaining({ path: 'env' })] })
  expect(() => at(2, full)).toThrow(wrong)
  expect(() => applyChange(at(2), saying(many))).toThrow(wrong)
})
