import { describe, expect, it } from 'vitest'
import { choosePort, type KeptPort, parseKeptPort } from './kept-port.ts'
import { EDGE_PORT } from './limits.ts'

/** Starts one after the other on one computer, each with what the one before kept. */
function computer() {
  const taken = new Set<number>()
  let keep: KeptPort | undefined
  let nextFree = 40_001
  return {
    taken,
    async start(): Promise<[wanted: number, got: number]> {
      const choice = await choosePort(keep && parseKeptPort(JSON.stringify(keep)), EDGE_PORT, {
        isFree: async (port) => !taken.has(port),
        pickFree: async () => nextFree++,
      })
      keep = choice.keep
      return [choice.wanted, choice.port]
    },
  }
}

describe('the port of the edge', () => {
  it('is the expected one, and stays it', async () => {
    const { start } = computer()
    expect(await start()).toEqual([EDGE_PORT, EDGE_PORT])
    expect(await start()).toEqual([EDGE_PORT, EDGE_PORT])
  })

  it('is the same other one while its own is taken, and its own when that is free again', async () => {
    const { start, taken } = computer()
    await start()
    taken.add(EDGE_PORT)
    expect(await start()).toEqual([EDGE_PORT, 40_001])
    expect(await start()).toEqual([EDGE_PORT, 40_001])
    taken.add(40_001)
    expect(await start()).toEqual([EDGE_PORT, 40_002])
    taken.clear()
    expect(await start()).toEqual([EDGE_PORT, EDGE_PORT])
  })

  it('of a home that never had the expected one is the first that it had', async () => {
    const { start, taken } = computer()
    taken.add(EDGE_PORT)
    expect(await start()).toEqual([EDGE_PORT, 40_001])
    expect(await start()).toEqual([40_001, 40_001])
    taken.clear()
    expect(await start()).toEqual([40_001, 40_001])
  })

  it('is looked for anew where what the home kept is not understood', () => {
    expect(parseKeptPort('{"own":8')).toBeUndefined()
    expect(parseKeptPort('{"own":0}')).toBeUndefined()
    expect(parseKeptPort('{"own":8080,"meanwhile":40001}')).toEqual({
      ...{ own: 8080, meanwhile: 40_001 },
    })
  })
})
