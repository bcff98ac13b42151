import type { Page } from 'playwright'
import { expect, it } from 'vitest'
import { openAt } from './opening.ts'

/** One that loses what it opens as often as it is told to. */
function pageThatLoses(times: number) {
  const opened: string[] = []
  const page = {
    url: () => 'about:blank',
    on: () => {},
    off: () => {},
    async goto(address: string) {
      opened.push(address)
      if (opened.length <= times) throw new Error(`net::ERR_NETWORK_CHANGED at ${address}`)
    },
  }
  return { page: page as unknown as Page, opened }
}

it('asks for another address where the one that was spent lost a part', async () => {
  const { page, opened } = pageThatLoses(2)
  let asked = 0
  await openAt(page, async () => `link ${++asked}`)
  expect(opened).toEqual(['link 1', 'link 2', 'link 3'])
})

it('gives up where the network never stands still', async () => {
  const { page, opened } = pageThatLoses(Number.POSITIVE_INFINITY)
  await expect(openAt(page, 'here')).rejects.toThrow('network of this machine changed')
  expect(opened).toHaveLength(5)
})
