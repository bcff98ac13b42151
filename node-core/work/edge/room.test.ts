import { expect, it } from 'vitest'
import { Room } from './room.ts'

it('lets so many in, the others in turn, and nobody who has left', () => {
  const room = new Room(2)
  const inside: string[] = []
  const guest = (name: string) => ({ enter: () => void inside.push(name) })
  const [a, b, c, d, e] = [guest('a'), guest('b'), guest('c'), guest('d'), guest('e')]
  for (const one of [a, b, c, d, e]) room.ask(one)
  expect(inside).toEqual(['a', 'b'])
  room.leave(c)
  room.leave(a)
  expect(inside).toEqual(['a', 'b', 'd'])
  let quiet = false
  room.onceNobodyWaits(() => (quiet = true))
  expect(quiet).toBe(false)
  room.leave(b)
  expect([...inside, quiet]).toEqual(['a', 'b', 'd', 'e', true])
  room.leave(d)
  room.leave(e)
  room.ask(c)
  expect(inside.at(-1)).toBe('c')
})
