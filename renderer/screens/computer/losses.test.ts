import { describe, expect, it } from 'vitest'
import { makeScenario } from '../../testing/scenarios/index.ts'
import { idOf } from '../../testing/shapes.ts'
import { lossOf, questionOf, strandedBy } from './losses.ts'

const self = idOf('attic')
const [ada, ben] = makeScenario('busy').members
if (!ada || !ben) throw new Error('The busy scenario has two members.')

describe('what a computer takes along', () => {
  it('is the network, where it is the last one', () => {
    const alone = { ...ada, nodes: [self] }
    expect(lossOf([alone], self)).toBe('network')
    expect(lossOf([alone, { ...ben, state: 'removed' }], self)).toBe('network')
  })

  it('is who decides, where no other computer of an admin stays', () => {
    expect(lossOf([{ ...ada, nodes: [self] }, ben], self)).toBe('admin')
  })

  it('is nothing, where an admin stays, or where it decided nothing', () => {
    expect(lossOf([ada, ben], self)).toBeUndefined()
    const admin = { ...ben, permissions: ['admin' as const] }
    expect(lossOf([{ ...ada, nodes: [self] }, admin], self)).toBeUndefined()
    expect(lossOf([ada, ben], idOf('ben-phone'))).toBeUndefined()
  })
})

describe('what is stranded', () => {
  it('is data that lies there and nowhere else, each copy’s once, and not what was deleted', () => {
    const { volumes } = makeScenario('busy')
    const [first] = volumes
    if (!first) throw new Error('The busy scenario has volumes.')
    const both = [...volumes, { ...first, id: 'another', volume: 'more' }]
    expect(strandedBy(both, self)).toEqual(['notes-0 (Ada)', 'notes-3 (Ada)'])
    expect(strandedBy(volumes, idOf('library-2'))).toEqual([])
  })
})

describe('what is asked before a computer leaves', () => {
  const known = { known: true as const, loss: undefined }

  it('is nothing where nothing is stranded, and stands open until that is known', () => {
    expect(questionOf({ ...known, names: [] })).toBeUndefined()
    expect(questionOf(undefined)).toBe('waiting')
    expect(questionOf({ known: false, why: 'No answer.' })).toBe('unknown')
  })

  it('is another question when it is about other data, or when nobody stays', () => {
    const asked = questionOf({ ...known, names: ['notes 1 (Ada)'] })
    expect(asked).toBe('data notes 1 (Ada)')
    expect(questionOf({ ...known, names: ['notes 1 (Ada)', 'wiki 1 (Ben)'] })).not.toBe(asked)
    expect(questionOf({ ...known, loss: 'network', names: ['notes 1 (Ada)'] })).not.toBe(asked)
  })
})
