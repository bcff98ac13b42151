import { describe, expect, it } from 'vitest'
import { createManualTime } from '../time/index.ts'
import { createToasts } from './toasts.ts'

function setUp() {
  const undone: string[] = []
  const toasts = createToasts(createManualTime())
  const offer = (name: string) =>
    toasts.show({ text: name, action: { label: 'Undo', run: () => undone.push(name) } })
  return { toasts, undone, offer }
}

describe('notices', () => {
  it('undo what the newest of them offers, and then the one before', () => {
    const { toasts, undone, offer } = setUp()
    offer('web')
    offer('mail')
    toasts.show({ text: 'Saved.' })
    expect(toasts.undo()).toBe(true)
    expect(toasts.undo()).toBe(true)
    expect(undone).toEqual(['mail', 'web'])
    expect(toasts.store.getState().map(({ text }) => text)).toEqual(['Saved.'])
  })

  it('keep what can be undone for as long as it can, however many come after it', () => {
    const { toasts, undone, offer } = setUp()
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const name of names) offer(name)
    for (let at = 0; at < 9; at++) toasts.show({ text: `Problem ${at}`, tone: 'bad' })
    for (const _ of names) toasts.undo()
    expect(undone).toEqual(names.toReversed())
    for (let at = 0; at < 9; at++) toasts.show({ text: `Problem ${at}`, tone: 'bad' })
    expect(toasts.store.getState()).toHaveLength(4)
  })

  it('undo nothing when none of them offers it', () => {
    const { toasts } = setUp()
    toasts.show({ text: 'Saved.' })
    expect(toasts.undo()).toBe(false)
    expect(toasts.store.getState()).toHaveLength(1)
  })
})
