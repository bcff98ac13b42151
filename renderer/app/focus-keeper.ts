import { useEffect } from 'react'

/** What Tab stops at. React Aria marks what it hides behind a dialog as inert. */
const STOPS =
  'a[href], button:not(:disabled), input:not(:disabled), textarea:not(:disabled), [tabindex="0"]'

/**
 * How many frames what went away has to give the focus back. A dialog does so by itself, some time after
 * it has gone: on a busy computer several frames later, and only if nobody else has taken the focus.
 */
const FRAMES = { any: 1, dialog: 20 }

/**
 * Nobody who works by keyboard loses their place: when what had the focus goes away, the next stop
 * near where it was takes it, or else the page.
 */
export function useFocusKeeper(): void {
  useEffect(() => {
    // What had the focus last, and all that it stood in, innermost first.
    let trail: Element[] = []
    let frame = 0
    let framesLeft = 0
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
      framesLeft -= 1
      if (framesLeft > 0) frame = requestAnimationFrame(keep)
      else heirOf(trail)?.focus()
    }
    // After the frame in which it went, so that whoever means to move the focus has done so.
    const changes = new MutationObserver(() => {
      if (frame !== 0 || trail[0]?.isConnected !== false) return
      framesLeft = trail.some(isDialog) ? FRAMES.dialog : FRAMES.any
      frame = requestAnimationFrame(keep)
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

function isDialog(element: Element): boolean {
  return /^(alert)?dialog$/.test(element.getAttribute('role') ?? '')
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
