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

  it('undo nothing when none of them offers it', () => {
    const { toasts } = setUp()
    toasts.show({ text: 'Saved.' })
    expect(toasts.undo()).toBe(false)
    expect(toasts.store.getState()).toHaveLength(1)
  })
})
