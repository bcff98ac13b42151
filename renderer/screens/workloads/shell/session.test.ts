import { expect, test, vi } from 'vitest'
import type { NodeClient } from '../../../transport/index.ts'
import { AHEAD_BYTES, INPUT_BYTES_MAX, type ShellState, startSession } from './session.ts'

type Run = NodeClient['commands']['run']
type Input = Parameters<NodeClient['commands']['input']>[0]
type Event = { session: string } | { stream: 'stdout'; data: string } | { exitCode: number }

const REQUEST = { id: 'web-0-a', command: ['/bin/sh'], terminal: { columns: 80, rows: 24 } }
const bytesOf = (text: string) => new TextEncoder().encode(text)
const printed = (text: string): Event => ({ stream: 'stdout', data: btoa(text) })

/** A node that tells what the test tells it, and notes what it is sent. */
function open(options: { draw?: (bytes: Uint8Array) => Promise<void>; refuses?: unknown } = {}) {
  const inputs: Input[] = []
  const states: ShellState[] = []
  const asked: unknown[] = []
  let tell: (event: Event | undefined) => void = () => {}
  const events: (Event | undefined)[] = []
  async function* told(signal: AbortSignal | undefined): AsyncGenerator<Event> {
    for (;;) {
      while (events.length === 0) {
        await new Promise<void>((resolve, reject) => {
          tell = (event) => {
            events.push(event)
            resolve()
          }
          signal?.addEventListener('abort', () => reject(new Error('left')))
        })
      }
      const next = events.shift()
      if (!next) return
      yield next
    }
  }
  const run: unknown = async (...[input, call]: Parameters<Run>) => {
    asked.push(input)
    if (options.refuses) throw options.refuses
    return told(call?.signal)
  }
  let answer = async (): Promise<unknown> => ({})
  const input = async (given: Input) => {
    inputs.push(given)
    return answer()
  }
  const client = { commands: { run, input } } as unknown as NodeClient
  const drawn: string[] = []
  const session = startSession(client, REQUEST, {
    draw: options.draw ?? (async (bytes) => void drawn.push(new TextDecoder().decode(bytes))),
    onState: (state) => states.push(state),
  })
  return {
    ...{ session, inputs, states, asked, drawn },
    async tell(event: Event | undefined) {
      await vi.waitFor(() => expect(asked).toHaveLength(1))
      await Promise.resolve()
      events.length > 0 ? events.push(event) : tell(event)
      await new Promise((resolve) => setTimeout(resolve))
    },
    answers: (next: () => Promise<unknown>) => {
      answer = next
    },
  }
}

test('draws what is printed, says that it has been read, and ends with its exit code', async () => {
  const shell = open()
  await shell.tell({ session: '7' })
  await shell.tell(printed('$ '))
  await shell.tell({ exitCode: 3 })
  expect(shell.asked).toEqual([{ ...REQUEST, input: true, aheadBytes: AHEAD_BYTES }])
  expect(shell.drawn).toEqual(['$ '])
  expect(shell.inputs).toEqual([{ session: '7', readBytes: 2 }])
  expect(shell.states).toEqual([{ at: 'opening' }, { at: 'running' }, { at: 'ended', exitCode: 3 }])
})

test('says what has been read though the command takes nothing of what was typed', async () => {
  const shell = open()
  await shell.tell({ session: '7' })
  const { promise: taken, resolve: take } = Promise.withResolvers<unknown>()
  shell.answers(() => taken)
  shell.session.type(bytesOf('pasted'))
  await shell.tell(printed('echo'))
  expect(shell.inputs).toEqual([
    { session: '7', data: btoa('pasted') },
    { session: '7', readBytes: 4 },
  ])
  take({})
})

test('what is typed before it runs is not lost, and goes in one message at a time', async () => {
  const shell = open()
  shell.session.type(bytesOf('l'))
  shell.session.type(bytesOf('s'))
  await shell.tell({ session: '7' })
  expect(shell.inputs).toEqual([{ session: '7', data: btoa('ls') }])
  let answerFirst = (_: unknown): void => {}
  shell.answers(() => new Promise((resolve) => (answerFirst = resolve)))
  for (const letter of ' -l') shell.session.type(bytesOf(letter))
  shell.session.resize({ columns: 90, rows: 20 })
  shell.answers(async () => ({}))
  answerFirst({})
  await vi.waitFor(() => expect(shell.inputs).toHaveLength(3))
  expect(shell.inputs.slice(1)).toEqual([
    { session: '7', data: btoa(' ') },
    { session: '7', data: btoa('-l'), terminal: { columns: 90, rows: 20 } },
  ])
})

test('a long paste goes in pieces', async () => {
  const shell = open()
  await shell.tell({ session: '7' })
  shell.session.type(new Uint8Array(INPUT_BYTES_MAX + 5))
  await vi.waitFor(() => expect(shell.inputs).toHaveLength(2))
  expect(shell.inputs.map(({ data = '' }) => atob(data).length)).toEqual([INPUT_BYTES_MAX, 5])
})

test('what is not drawn yet is not told as read', async () => {
  const shell = open({ draw: () => new Promise(() => {}) })
  await shell.tell({ session: '7' })
  await shell.tell(printed('much'))
  expect(shell.inputs).toEqual([])
})

test('a refusal is told in its own words, and an end without a word as cut off', async () => {
  const refused = open({ refuses: { code: 'FORBIDDEN', message: 'Not yours.' } })
  await vi.waitFor(() => expect(refused.states).toHaveLength(2))
  expect(refused.states[1]).toMatchObject({ at: 'broken', problem: { code: 'FORBIDDEN' } })
  const cut = open()
  await cut.tell({ session: '7' })
  await cut.tell(undefined)
  expect(cut.states.at(-1)).toEqual({ at: 'broken' })
})

test('who leaves hears nothing more', async () => {
  const shell = open()
  await shell.tell({ session: '7' })
  shell.session.leave()
  await new Promise((resolve) => setTimeout(resolve))
  expect(shell.states.at(-1)).toEqual({ at: 'running' })
})
