/** How long Escape waits for Tab. */
export const WAY_OUT_MS = 2_000

/**
 * WCAG 2.1.2: Tab is the shell's, so Escape and then Tab (or Shift+Tab) leaves the terminal. Escape
 * itself still reaches the program. Answers whether this key leaves.
 */
export function createWayOut(now: () => number): (key: string) => boolean {
  let openUntil = Number.NEGATIVE_INFINITY
  return (key) => {
    if (key === 'Shift') return false
    const leaves = key === 'Tab' && now() < openUntil
    openUntil = key === 'Escape' ? now() + WAY_OUT_MS : Number.NEGATIVE_INFINITY
    return leaves
  }
}
