/** A shell of three words, in all the colours a terminal has: `ls`, `colors`, `exit N`. */

interface FakeInput {
  data?: string | undefined
}

type FakeEvent = { session: string } | { stream: 'stdout'; data: string } | { exitCode: number }

const PROMPT = '/ # '
const LISTING = '\x1b[1;34mbin\x1b[0m   \x1b[1;34mdata\x1b[0m   \x1b[1;32mentrypoint.sh\x1b[0m'
const COLORS = Array.from({ length: 16 }, (_, color) => {
  const code = color < 8 ? 30 + color : 82 + color
  return `\x1b[${code}mcolor ${color}\x1b[0m${color % 8 === 7 ? '\r\n' : '  '}`
}).join('')

/** One at a time is enough to look at. */
export function createFakeShell() {
  let waiting: FakeEvent[] = []
  let wake = (): void => {}
  let line = ''

  const tell = (event: FakeEvent): void => {
    waiting.push(event)
    wake()
  }
  const print = (text: string): void => {
    tell({ stream: 'stdout', data: Buffer.from(text).toString('base64') })
  }
  const obey = (words: string): void => {
    const [, code] = /^exit (\d+)$/.exec(words) ?? []
    if (code !== undefined) {
      tell({ exitCode: Number(code) })
      return
    }
    if (words === 'ls') print(`${LISTING}\r\n`)
    else if (words === 'colors') print(COLORS)
    else if (words !== '') print(`sh: ${words}: not found\r\n`)
    print(PROMPT)
  }

  return {
    async *run(signal: AbortSignal | undefined): AsyncGenerator<FakeEvent> {
      waiting = [{ session: '1' }]
      line = ''
      print(PROMPT)
      signal?.addEventListener('abort', () => wake())
      while (!signal?.aborted) {
        const next = waiting.shift()
        if (next) yield next
        if (next && 'exitCode' in next) return
        if (waiting.length > 0) continue
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    input({ data = '' }: FakeInput) {
      for (const letter of Buffer.from(data, 'base64').toString()) {
        if (letter !== '\r') {
          line += letter
          print(letter)
          continue
        }
        print('\r\n')
        const words = line.trim()
        line = ''
        obey(words)
      }
      return {}
    },
  }
}
