/**
 * Where in a manifest a place of its text is: `containers.0.resources`. The text may be half typed:
 * what is before the place is read as far as it goes.
 */
export function pathAt(text: string, offset: number): string[] {
  const open: Open[] = []
  let at = 0
  while (at < offset) {
    const letter = text[at]
    if (letter === '"') {
      const end = endOfText(text, at)
      const within = open.at(-1)
      // A text before a colon is a key; one that is being typed may become one.
      if (within?.kind === 'object' && within.expectsKey && end < offset) {
        within.key = text.slice(at + 1, end)
        within.expectsKey = false
      }
      at = end + 1
      continue
    }
    step(open, letter)
    at += 1
  }
  return open.flatMap((each, depth) => {
    if (each.kind === 'array') return [String(each.index)]
    // Where the next key is to stand, what is around it counts.
    const isLast = depth === open.length - 1
    return isLast && each.expectsKey ? [] : [each.key ?? '']
  })
}

type Open = { kind: 'object'; key?: string; expectsKey: boolean } | { kind: 'array'; index: number }

function step(open: Open[], letter: string | undefined): void {
  const within = open.at(-1)
  switch (letter) {
    case '{':
      open.push({ kind: 'object', expectsKey: true })
      return
    case '[':
      open.push({ kind: 'array', index: 0 })
      return
    case '}':
    case ']':
      open.pop()
      return
    case ',':
      if (within?.kind === 'array') within.index += 1
      else if (within) within.expectsKey = true
  }
}

/** Of its closing quote, or of the text where nothing closes it. */
function endOfText(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at
  }
  return text.length
}
