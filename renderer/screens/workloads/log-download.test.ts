import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { createFakeRouter } from '../../testing/fake-router/index.ts'
import { makeScenario } from '../../testing/scenarios/index.ts'
import { readKept } from './log-download.ts'
import type { LogLine } from './log-lines.ts'

const client = createRouterClient(createFakeRouter(makeScenario('busy')).router)
const NOTES = { name: 'notes', grep: '', instance: undefined, isThere: true }

/** Those of whom nothing can be read are on a computer that is away. */
async function read(of: Partial<Parameters<typeof readKept>[1]>, away: readonly string[] = []) {
  const lines: LogLine[] = []
  const asked: (string | undefined)[] = []
  const toNode = () => ({
    ...client,
    workloads: {
      ...client.workloads,
      logs: (input: Parameters<typeof client.workloads.logs>[0]) => {
        asked.push(input.instance)
        if (away.includes(input.instance ?? '')) throw new Error('It is away.')
        return client.workloads.logs(input)
      },
    },
  })
  const missing = await readKept(toNode, { ...NOTES, gone: [], ...of }, (line) => lines.push(line))
  return { lines, asked, missing }
}

describe('a log to be kept', () => {
  it('has those of copies that are gone, the oldest first, and then the others', async () => {
    const { asked } = await read({ gone: [{ instance: 'late' }, { instance: 'early' }] })
    expect(asked).toEqual(['early', 'late', undefined])
  })

  it('lacks only what cannot be read, and says what', async () => {
    const gone = [{ instance: 'late' }, { instance: 'early' }]
    const { asked, lines, missing } = await read({ gone }, ['early'])
    expect(asked).toEqual(['early', 'late', undefined])
    expect(missing).toEqual([{ instance: 'early' }])
    expect(lines.length).toBeGreaterThan(0)
  })

  it('is of one copy alone where one is chosen, and of none that are there where none is', async () => {
    expect((await read({ instance: 'one', gone: [{ instance: 'late' }] })).asked).toEqual(['one'])
    expect((await read({ isThere: false, gone: [{ instance: 'late' }] })).asked).toEqual(['late'])
  })
})
