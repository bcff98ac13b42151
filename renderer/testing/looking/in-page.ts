/** What is measured inside a page, as scripts: the compiler knows no page here. */

/** Two frames later, when fonts are there and nothing is on its way from one look to another. */
export const SETTLED = `(async () => {
  await document.fonts.ready
  const underWay = () => document.getAnimations()
    .filter(({ effect, playState }) =>
      playState === 'running' && effect.getComputedTiming().endTime !== Infinity)
  do {
    await Promise.all(underWay().map(({ finished }) => finished.catch(() => {})))
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  } while (underWay().length > 0)
})()`

/** What scrolls sideways, or is wider than the window. Terminals and long lines of code may. */
export const WIDER = `(() => {
  const found = []
  const wide = document.documentElement.scrollWidth - window.innerWidth
  if (wide > 0) found.push(wide + ' px wider than the window')
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('pre, textarea, input, .xterm, .sr-only')) continue
    const { overflowX } = getComputedStyle(element)
    if (overflowX !== 'auto' && overflowX !== 'scroll') continue
    const more = element.scrollWidth - element.clientWidth
    if (more > 1 && element.clientWidth > 0) {
      found.push('scrolls sideways by ' + more + ' px: ' + element.tagName + '.' + element.className)
    }
  }
  return found
})()`

/**
 * Words that something cuts off where nobody can scroll to them. An ellipsis is no excuse, unless
 * the whole is a hint of the same element (\`title\`) away.
 */
export const CUT = `(() => {
  const found = new Set()
  const hides = (value) => value === 'hidden' || value === 'clip'
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement
    const words = node.textContent.trim()
    if (words === '' || !parent || !parent.checkVisibility({ visibilityProperty: true })) continue
    if (parent.closest('.skip:not(:focus), .sr-only, .xterm, script, style, [aria-hidden="true"], [title]')) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const rects = [...range.getClientRects()].filter(({ width, height }) => width * height > 0)
    let canScroll = { x: false, y: false }
    for (let box = parent; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box)
      // Put out of sight for readers of screens alone.
      if (style.clipPath !== 'none') break
      if (style.overflowX === 'auto' || style.overflowX === 'scroll') canScroll.x = true
      if (style.overflowY === 'auto' || style.overflowY === 'scroll') canScroll.y = true
      const edge = box.getBoundingClientRect()
      for (const rect of rects) {
        const x = hides(style.overflowX) && !canScroll.x &&
          (rect.right > edge.right + 1.5 || rect.left < edge.left - 1.5)
        const y = hides(style.overflowY) && !canScroll.y &&
          (rect.bottom > edge.bottom + 3 || rect.top < edge.top - 3)
        if (x || y) found.add('cut: “' + words.slice(0, 60) + '” in ' + box.tagName + '.' + box.className)
      }
      if (style.position === 'fixed') {
        for (const rect of rects) {
          if (!canScroll.x && (rect.right > innerWidth + 1 || rect.left < -1)) {
            found.add('outside of the window: “' + words.slice(0, 60) + '”')
          }
          if (!canScroll.y && (rect.bottom > innerHeight + 1 || rect.top < -1)) {
            found.add('outside of the window: “' + words.slice(0, 60) + '”')
          }
        }
        break
      }
    }
  }
  return [...found]
})()`

/** Everything that can be read, heard or pointed at. A notice was said when it was shown. */
export const WORDS = `(() => {
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement?.closest('script, style, pre, code, .xterm, textarea, kbd, [role=log], .toast, body [lang]')) continue
    const words = node.textContent.trim()
    if (words !== '') found.push(words)
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    if (element.closest('.xterm, code, body [lang]')) continue
    for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
      const words = element.getAttribute(name)?.trim()
      if (words) found.push(words)
    }
  }
  return [...new Set(found)]
})()`

/** What somebody entered, wherever it is shown again. */
export const ENTERED = `
  [...document.querySelectorAll('input, textarea')].map(({ value }) => value).join(' ')
`

/** The same window in another language, as if it had been chosen in another tab. */
export const inLanguage = (language: string): string => `(() => {
  const kept = JSON.parse(localStorage.getItem('mycelium.settings') ?? '{}')
  localStorage.setItem('mycelium.settings', JSON.stringify({ ...kept, language: '${language}' }))
  window.dispatchEvent(new StorageEvent('storage', { key: 'mycelium.settings' }))
})()`

/** The address within the window. */
export const PLACE = 'window.location.hash'
