import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import {
  type ChangeResult,
  type Configuration,
  change,
  changeTo,
  configurationOf,
  EMPTY_CONFIGURATION,
  enterJoint,
  isSound,
  LEAVE_JOINT,
  leaveJoint,
  type MemberChange,
  membersOf,
  simple,
} from './configuration.ts'
import { replay } from './datadriven.fixture.ts'
import { printConfiguration } from './words.fixture.ts'

const node = fc.integer({ min: 1, max: 6 }).map((digit) => String(digit) as NodeId)
const type = fc.constantFrom<MemberChange['type'][]>('addVoter', 'addLearner', 'remove')
const changes = fc.array(fc.record({ type, node }), { minLength: 1, maxLength: 8 })
const founded = configurationOf({ voters: ['1' as NodeId], learners: [] })

const made = (result: ChangeResult): Configuration => {
  if ('refused' in result) throw new Error(result.refused)
  return result.configuration
}

describe('configurations', () => {
  it.each(['simple', 'joint'])('change as written in the table of %s changes', (name) => {
    const file = path.join(import.meta.dirname, 'testdata/tables', `configuration-${name}.txt`)
    const table = readFileSync(file, 'utf8')
    let configuration = EMPTY_CONFIGURATION
    const replayed = replay(table, (command) => {
      const words = command.name === 'enter' ? command.words.slice(1) : command.words
      const wanted = words.map((word): MemberChange => {
        const types = { v: 'addVoter', l: 'addLearner', r: 'remove' } as const
        const letter = word[0] as 'v' | 'l' | 'r'
        return { type: types[letter], node: word.slice(1) as NodeId }
      })
      const result =
        command.name === 'simple'
          ? simple(configuration, wanted)
          : command.name === 'enter'
            ? enterJoint(configuration, command.words[0] === 'auto', wanted)
            : leaveJoint(configuration)
      if ('refused' in result) return result.refused
      configuration = result.configuration
      return printConfiguration(configuration)
    })
    expect(replayed).toBe(table)
  })

  it('stay sound, and come to the same through a joint one as one by one', () => {
    fc.assert(
      fc.property(changes, (wanted) => {
        const joint = enterJoint(founded, true, wanted)
        if ('refused' in joint) return
        expect(isSound(joint.configuration)).toBe(true)
        expect(joint.configuration.outgoing).toEqual(founded.voters)
        const left = made(leaveJoint(joint.configuration))
        expect(isSound(left)).toBe(true)
        let one = founded
        for (const each of wanted) {
          const result = simple(one, [each])
          // One by one there may be a moment without voters, which together there is not.
          if ('refused' in result) return
          one = result.configuration
        }
        expect(left).toEqual(one)
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })

  it('come to exactly the members that were asked for', () => {
    const nodes = fc.uniqueArray(node, { minLength: 1 })
    fc.assert(
      fc.property(changes, nodes, fc.nat(5), (before, wanted, voters) => {
        const start = enterJoint(founded, true, before)
        const from = 'refused' in start ? founded : made(leaveJoint(start.configuration))
        const members = {
          voters: wanted.slice(0, 1 + voters).sort(),
          learners: wanted.slice(1 + voters).sort(),
        }
        const step = changeTo(from, members)
        if (step.changes.length === 0) {
          expect(membersOf(from)).toEqual(members)
          return
        }
        const joint = made(change(from, step))
        expect(joint.autoLeave).toBe(true)
        expect(membersOf(made(change(joint, LEAVE_JOINT)))).toEqual(members)
      }),
      { seed: 1, numRuns: 1_000 },
    )
  })

  it('count old and new voters while both vote', () => {
    const nodes = (...names: string[]): NodeId[] => names as NodeId[]
    const from = configurationOf({ voters: nodes('1', '2'), learners: nodes('3') })
    const joint = made(change(from, changeTo(from, { voters: nodes('3'), learners: [] })))
    expect(membersOf(joint)).toEqual({ voters: ['1', '2', '3'], learners: [] })
  })

  it('are bounded', () => {
    const many = Array.from({ length: 26 }, (_, at) => String(at) as NodeId)
    const wanted = many.map((each): MemberChange => ({ type: 'addVoter', node: each }))
    expect(enterJoint(founded, true, wanted)).toEqual({ refused: 'TOO_MANY_MEMBERS' })
  })
})
