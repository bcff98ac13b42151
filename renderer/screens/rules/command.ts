/** The program and each of its arguments, a line each; blank lines at the end say nothing. */
export function commandOf(text: string): string[] {
  const said = text.replace(/\s+$/, '')
  return said === '' ? [] : said.split('\n')
}
