import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parseCommandLine, USAGE } from './command-line.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['sim/run.ts', ...args], { cwd: ROOT })
/** A loaded machine takes long. */
const TIMEOUT_MS = 60_000

describe('what the simulators are asked for', () => {
  it.each([
    ['nothing', [], { first: 1, count: 100, nodes: 5, steps: 12, engine: 'raft' }],
    ['one seed', ['--seed', '7'], { first: 7, count: 1 }],
    ['many from one on', ['--seed', '7', '--seeds', '3'], { first: 7, count: 3 }],
    ['voters', ['--primary', '--voters', '7'], { primary: true, voters: 7 }],
    ['help', ['-h'], { help: true }],
  ])('is read: %s', (_, args, wanted) => {
    expect(parseCommandLine(args)).toMatchObject(wanted)
  })

  it.each([
    ['an unknown option', ['--seedz', '1'], /^Unknown option '--seedz'/],
    ['a word', ['primary'], /^Unexpected argument 'primary'/],
    ['no number', ['--seeds', 'many'], /^--seeds takes a number from 1 on: many$/],
    [
      'an unknown engine',
      ['--consensus', 'paxos'],
      /^No such engine: paxos\. There are: raft, simp/,
    ],
    ['leases of nobody', ['--lease-reads', '--engine', 'simplex'], /^Only Raft/],
  ])('is refused in one line: %s', (_, args, line) => {
    expect(parseCommandLine(args)).toEqual({ wrong: expect.stringMatching(line) })
  })

  it(
    'is told by --help, and what is wrong ends with 2 and no trace of calls',
    async () => {
      expect((await run('--help')).stdout).toBe(`${USAGE}\n`)
      const wrong = await run('--seedz').catch((error) => error)
      expect(wrong).toMatchObject({ code: 2, stdout: '' })
      expect(wrong.stderr.trim().split('\n')).toHaveLength(1)
    },
    TIMEOUT_MS,
  )
})
