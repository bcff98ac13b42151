import { LINK_LENGTH_MAX, LINKS_WAITING_MAX } from './limits.ts'

const SCHEME = 'mycelium:'

/** The links among a command line's arguments. Whether one is a good invite, the node decides. */
export function linksOf(argv: readonly string[]): string[] {
  return argv.filter(isLink)
}

export function isLink(text: string): boolean {
  if (text.length > LINK_LENGTH_MAX || !URL.canParse(text)) return false
  return new URL(text).protocol === SCHEME
}

/**
 * Links wait here until the window asks for them. A link never acts by itself: the window shows what
 * it leads to, and a person decides.
 */
export interface LinkQueue {
  add(link: string): void
  /** Sends what waits and everything that comes; the window that asked last gets them. */
  deliverTo(send: (link: string) => void): void
}

export function createLinkQueue(): LinkQueue {
  let waiting: string[] = []
  let deliver: ((link: string) => void) | undefined
  return {
    add(link) {
      if (!isLink(link)) return
      if (deliver) deliver(link)
      else waiting = [...waiting, link].slice(-LINKS_WAITING_MAX)
    },
    deliverTo(send) {
      deliver = send
      const links = waiting
      waiting = []
      for (const link of links) send(link)
    },
  }
}
