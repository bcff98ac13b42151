const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** As many of its letters as fit, and an ellipsis for the rest: an emoji stays whole or goes. */
export function shorten(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text
  const parts = [...letters.segment(text)].map(({ segment }) => segment)
  const cut = (count: number): string => `${parts.slice(0, count).join('').trimEnd()}…`
  let [enough, tooMany] = [0, parts.length]
  while (tooMany - enough > 1) {
    const middle = (enough + tooMany) >> 1
    if (fits(cut(middle))) enough = middle
    else tooMany = middle
  }
  return cut(enough)
}
