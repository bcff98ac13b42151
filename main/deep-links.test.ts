import { describe, expect, it } from 'vitest'
import { createLinkQueue, isLink, linksOf } from './deep-links.ts'
import { LINKS_WAITING_MAX } from './limits.ts'

const INVITE = 'mycelium://join?i=abc'

describe('links', () => {
  it('are found among the arguments, and nothing else is', () => {
    const argv = ['/usr/bin/mycelium', '--flag', '.', 'https://example.com', INVITE]
    expect(linksOf(argv)).toEqual([INVITE])
  })

  it('of another scheme, or without end, are none', () => {
    expect(isLink('https://join?i=abc')).toBe(false)
    expect(isLink('mycelium')).toBe(false)
    expect(isLink(`mycelium://join?i=${'a'.repeat(20_000)}`)).toBe(false)
  })

  it('wait until the window asks, then go to it as they come', () => {
    const queue = createLinkQueue()
    queue.add(INVITE)
    queue.add('https://example.com')
    const got: string[] = []
    queue.deliverTo((link) => got.push(link))
    expect(got).toEqual([INVITE])
    queue.add('mycelium://join?i=def')
    expect(got).toHaveLength(2)
  })

  it('that wait are bounded, the latest kept', () => {
    const queue = createLinkQueue()
    for (let i = 0; i < 20; i++) queue.add(`mycelium://join?i=${i}`)
    const got: string[] = []
    queue.deliverTo((link) => got.push(link))
    expect(got).toHaveLength(LINKS_WAITING_MAX)
    expect(got.at(-1)).toBe('mycelium://join?i=19')
  })
})
