import { describe, expect, it } from 'vitest'
import {
  beginFirstRun,
  firstRunReducer,
  isReady,
  isToldAtFields,
  STEPS_MAX,
  stepNumber,
  type Way,
} from './steps.ts'

const begin = beginFirstRun('attic', 'Ada')

describe('the first run', () => {
  it.each(['start', 'invite', 'nearby', 'seed'] as Way[])('has at most five pages by %s', (way) => {
    expect(stepNumber({ ...begin, way }).count).toBeLessThanOrEqual(STEPS_MAX)
  })

  it('leads back the way it came, and keeps what was entered', () => {
    let state = firstRunReducer(begin, { type: 'choose', way: 'invite' })
    state = firstRunReducer(state, { type: 'enter', part: { invite: 'mycelium://join?x' } })
    state = firstRunReducer(state, { type: 'go', to: 'name' })
    state = firstRunReducer(state, { type: 'back' })
    expect(state).toMatchObject({ step: 'find', invite: 'mycelium://join?x' })
    state = firstRunReducer(state, { type: 'back' })
    state = firstRunReducer(state, { type: 'back' })
    expect(state.step).toBe('welcome')
  })

  it('shows where a link leads and goes no further by itself', () => {
    const state = firstRunReducer(begin, { type: 'link', invite: 'mycelium://join?x' })
    expect(state).toMatchObject({ step: 'find', way: 'invite', invite: 'mycelium://join?x' })
  })

  it('keeps what an invite was found to lead to while only space around it is typed', () => {
    const enter = (of: typeof begin, part: Partial<typeof begin>) =>
      firstRunReducer(of, { type: 'enter', part })
    const pasted = enter(enter(begin, { invite: 'mycelium://join?x' }), { invitedTo: 'Elm Street' })
    expect(enter(pasted, { invite: ' mycelium://join?x\n' }).invitedTo).toBe('Elm Street')
    expect(enter(pasted, { invite: 'mycelium://join?y' }).invitedTo).toBeUndefined()
    const link = firstRunReducer(pasted, { type: 'link', invite: 'mycelium://join?y' })
    expect(link.invitedTo).toBeUndefined()
  })

  it('takes what the computer is called for nobody’s name', () => {
    expect(begin.ownerName).toBe('Ada')
    expect(beginFirstRun('attic', 'attic').ownerName).toBe('')
  })

  it('wants every name before it acts', () => {
    expect(isReady({ ...begin, way: 'start' })).toBe(false)
    expect(isReady({ ...begin, way: 'start', networkName: ' ' })).toBe(false)
    expect(isReady({ ...begin, way: 'start', networkName: 'Elm' })).toBe(true)
    expect(isReady({ ...begin, way: 'nearby' })).toBe(false)
    expect(isReady({ ...begin, way: 'seed', seed: '/a.json', nodeName: '' })).toBe(false)
  })

  it('wants the passphrase of a file that was given', () => {
    const given = { ...begin, way: 'start' as const, networkName: 'Elm' }
    const ownerFile = { name: 'ada.owner', sealed: 'AB' }
    expect(isReady({ ...given, ownerFile })).toBe(false)
    expect(isReady({ ...given, ownerFile, passphrase: 'correct horse' })).toBe(true)
  })

  it('says why a try failed until somebody goes elsewhere', () => {
    const problem = { code: 'BAD_REQUEST', message: 'That is no seed.', fields: [] }
    const failed = firstRunReducer({ ...begin, way: 'seed' }, { type: 'failed', problem })
    expect(failed).toMatchObject({ step: 'name', problem })
    const typing = firstRunReducer(failed, { type: 'enter', part: { nodeName: 'cellar' } })
    expect(typing.problem).toBe(problem)
    expect(firstRunReducer(failed, { type: 'back' }).problem).toBeUndefined()
    expect(firstRunReducer(failed, { type: 'choose', way: 'start' }).problem).toBeUndefined()
    expect(firstRunReducer(failed, { type: 'go', to: 'working' }).problem).toBeUndefined()
  })

  it('tells what is wrong with a name at its field alone', () => {
    const withFields = (...paths: string[]) => ({
      ...begin,
      problem: {
        ...{ code: 'BAD_REQUEST', message: 'Not like this.' },
        fields: paths.map((path) => ({ path, message: 'Too long.' })),
      },
    })
    expect(isToldAtFields(withFields('nodeName', 'networkName', 'ownerName'))).toBe(true)
    expect(isToldAtFields(withFields('nodeName', 'owner.sealed'))).toBe(false)
    expect(isToldAtFields(withFields())).toBe(false)
    expect(isToldAtFields({ ...withFields('networkName'), way: 'seed' })).toBe(false)
  })
})
