import { expect, test } from 'vitest'
import { createWayOut, WAY_OUT_MS } from './way-out.ts'

function pressing() {
  let nowMs = 0
  const leaves = createWayOut(() => nowMs)
  return {
    press: (...keys: string[]) => keys.map(leaves).at(-1),
    wait: (ms: number) => (nowMs += ms),
  }
}

test('Tab is the program’s, unless Escape came right before it', () => {
  const { press, wait } = pressing()
  expect(press('Tab')).toBe(false)
  expect(press('Escape', 'Tab')).toBe(true)
  expect(press('Tab')).toBe(false)
  expect(press('Escape', 'Shift', 'Tab')).toBe(true)
  expect(press('Escape', 'j', 'Tab')).toBe(false)
  press('Escape')
  wait(WAY_OUT_MS)
  expect(press('Tab')).toBe(false)
})
