/**
 * The words of a command as somebody types it: parted by spaces, kept together by quotes or a backslash
 * before the space. Nothing else is special: what a shell would do, the shell inside does.
 */
export function wordsOf(typed: string): string[] {
  const words: string[] = []
  const pattern = /(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)|([^\s"'\\]+))(\s+|$)?/gsy
  let word: string | undefined
  const text = typed.trim()
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex
    const found = pattern.exec(text)
    // A quote that is not closed stands for itself, with all behind it.
    if (!found) return [...words, (word ?? '') + text.slice(at)]
    const [, double, single, escaped, plain, space] = found
    word = (word ?? '') + (double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? plain ?? '')
    if (space === undefined) continue
    words.push(word)
    word = undefined
  }
  return word === undefined ? words : [...words, word]
}
