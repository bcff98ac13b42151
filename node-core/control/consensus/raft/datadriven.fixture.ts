/**
 * Scripts with their answers beside them. A block is comments and commands, one a line, a line of
 * four dashes, what the commands answer, and an empty line. A script is right when running it gives
 * back its very text.
 */
export interface Command {
  name: string
  /** Words without `=`, in order. */
  words: string[]
  /** `key=value` and `key=(a,b)`. */
  named: Map<string, string>
}

export function replay(script: string, run: (command: Command) => string): string {
  const blocks = script.trim().split(/\n{2,}/)
  const replayed = blocks.map((block) => {
    const [head = ''] = block.split(/^----$/m)
    const lines = head.trimEnd().split('\n')
    const commands = lines.filter((line) => line !== '' && !line.startsWith('#'))
    if (commands.length === 0) return head.trimEnd()
    const said = commands.map((line) => run(parseCommand(line))).join('\n')
    const answer = said.replace(/\n{2,}/g, '\n').trim()
    return `${head.trimEnd()}\n----\n${answer === '' ? 'ok' : answer}`
  })
  return `${replayed.join('\n\n')}\n`
}

function parseCommand(line: string): Command {
  const [name = '', ...rest] = line.trim().split(/\s+/)
  const named = new Map<string, string>()
  const words: string[] = []
  for (const word of rest) {
    const [key = '', value] = word.split('=')
    if (value === undefined) words.push(key)
    else named.set(key, value)
  }
  return { name, words, named }
}

export function listOf(value: string | undefined): string[] {
  const inner = (value ?? '').replace(/^\(|\)$/g, '')
  return inner === '' ? [] : inner.split(',')
}
