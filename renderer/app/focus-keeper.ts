import { useEffect } from 'react'

/** What Tab stops at. React Aria marks what it hides behind a dialog as inert. */
const STOPS =
  'a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), [tabindex="0"]'

/**
 * Nobody who works by keyboard loses their place: when what had the focus goes away, the next stop
 * near where it was takes it, or else the page. A dialog that closes gives the focus back itself.
 */
export function useFocusKeeper(): void {
  useEffect(() => {
    // What had the focus last, and all that it stood in, innermost first.
    let trail: Element[] = []
    let frame = 0
    const remember = (event: FocusEvent): void => {
      trail = []
      const { target } = event
      for (let at = target instanceof Element ? target : null; at; at = at.parentElement) {
        trail.push(at)
      }
    }
    const keep = (): void => {
      frame = 0
      const [last] = trail
      if (!last || last.isConnected || !isNowhere(document.activeElement)) return
      heirOf(trail)?.focus()
    }
    // After the frame in which it went, so that whoever means to move the focus has done so.
    const changes = new MutationObserver(() => {
      if (frame === 0 && trail[0]?.isConnected === false) frame = requestAnimationFrame(keep)
    })
    changes.observe(document.body, { childList: true, subtree: true })
    document.addEventListener('focusin', remember)
    return () => {
      cancelAnimationFrame(frame)
      changes.disconnect()
      document.removeEventListener('focusin', remember)
    }
  }, [])
}

function isNowhere(element: Element | null): boolean {
  return element === null || element === document.body
}

function heirOf(trail: readonly Element[]): HTMLElement | null {
  const page = document.getElementById('content')
  for (const place of trail) {
    if (!place.isConnected) continue
    if (place.contains(page) || place === page) break
    const stop = place.querySelector<HTMLElement>(STOPS)
    if (stop) return stop
  }
  return page
}
