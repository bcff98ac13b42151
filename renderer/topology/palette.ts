/** The colours of the map, taken from the tokens, so that themes stay in one place. */
export interface Palette {
  ground: string
  ink: string
  ink2: string
  ink3: string
  accent: string
  accentSoft: string
  warn: string
  bad: string
  surface: string
  thread: string
  threadFaint: string
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    ground: token('ground'),
    ink: token('ink'),
    ink2: token('ink-2'),
    ink3: token('ink-3'),
    accent: token('accent'),
    accentSoft: token('accent-soft'),
    warn: token('warn'),
    bad: token('bad'),
    surface: token('surface'),
    thread: token('thread'),
    threadFaint: token('thread-faint'),
  }
}
