import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createTerminal } from './terminal.ts'

const written = 'a \u001b[31mred\u001b[0m\tb \u001b]0;title\u0007\u001b[2Jc\u009b2J 1%\r2%\nnext'

/** What a stream is given, that is a terminal or not. */
function said(isTTY: boolean, env: NodeJS.ProcessEnv = {}): { out: string; err: string } {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  for (const stream of [stdout, stderr]) Object.assign(stream, { isTTY })
  const terminal = createTerminal({ stdout, stderr, env } as unknown as NodeJS.Process)
  terminal.out(written)
  terminal.err(written)
  return { out: String(stdout.read()), err: String(stderr.read()) }
}

it('gives a terminal its colours, and nothing else that it obeys', () => {
  const shown = 'a \u001b[31mred\u001b[0m\tb c 1%\ufffd2%\nnext\u001b[0m\n'
  expect(said(true)).toEqual({ out: shown, err: shown })
  const plain = 'a red\tb c 1%\ufffd2%\nnext\n'
  expect(said(true, { NO_COLOR: '1' })).toEqual({ out: plain, err: plain })
})

it('gives whoever else reads it all of it', () => {
  expect(said(false)).toEqual({ out: `${written}\n`, err: `${written}\n` })
})
