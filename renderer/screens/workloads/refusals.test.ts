import { describe, expect, it } from 'vitest'
import { refusalGroups, type Slot } from './refusals.ts'

const says = (nodeName: string, message: string) => {
  return { node: nodeName, nodeName, reason: { code: message, message } }
}
const slot = (index: number, ...refused: Slot['refused']): Slot => ({ index, refused })
const TAKEN = says('ada', 'Has one already.')
const FULL = says('cy', 'No room.')

describe('who does not take which copy', () => {
  it('is told once where it is the same of every copy', () => {
    expect(refusalGroups([slot(0, FULL, TAKEN), slot(1, TAKEN, FULL)])).toEqual([
      { refused: [FULL, TAKEN] },
    ])
  })

  it('names the copies that are meant where it is not', () => {
    expect(refusalGroups([slot(0, FULL), slot(1, FULL, TAKEN), slot(2, FULL)])).toEqual([
      { copies: [0, 2], refused: [FULL] },
      { copies: [1], refused: [FULL, TAKEN] },
    ])
    expect(refusalGroups([slot(0), slot(1, FULL)])).toEqual([{ copies: [1], refused: [FULL] }])
  })

  it('is nothing where nobody refuses', () => {
    expect(refusalGroups([slot(0)])).toEqual([])
  })
})
