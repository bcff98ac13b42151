/** Whose copy holds more, where some of those who say so may lie (docs/adr/0016). */
import { afterEach, describe, expect, it } from 'vitest'
import type { Plain } from '../../base/codec/index.ts'
import type { ChainEnd } from '../consensus/simplex/index.ts'
import { foundingCommittee } from './engine.ts'
import type { LogName } from './log-name.ts'
import {
  encodeQuestion,
  type Position,
  PROTOCOL,
  parseAnswer,
  parseLinks,
  parsePosition,
  type Question,
} from './messages.ts'
import { compareChains, compareLogs } from './positions.ts'
import { bytes, createTestNetwork, type TestNetwork } from './primary.fixture.ts'

let world: TestNetwork
afterEach(() => world?.end())

/** Of the second node, to the first. */
async function ask(question: Question): Promise<Plain> {
  const [from, to] = world.nodes
  const asked = world.links.node(from!.id).request(to!.id, PROTOCOL, encodeQuestion(question))
  const answer = parseAnswer(await world.run('the answer', asked))
  if (!answer?.ok) throw new Error('It is answered.')
  return answer.value
}

async function committeeOfTwo(seed: number): Promise<Position> {
  world = await createTestNetwork(seed, 'simplex')
  const [first] = world.nodes
  const second = await world.add('deploy', 'use')
  await world.run('it is promoted', first!.primary.change('promote', second.id))
  const written = first!.primary.execute({
    kind: 'kv.put',
    body: { key: 'a/x', value: bytes('1') },
  })
  await world.run('a write', written)
  const position = parsePosition(await ask({ kind: 'position' }))
  return position!
}

describe('the end of a chain that somebody shows', () => {
  const compare = (there: Position, at: { epoch: number; view: number }, shows = true) => {
    const committee = foundingCommittee(world.network)!
    const here = { index: 0, height: 0, ...at } as unknown as ChainEnd
    const copy = {
      committeeOf: (epoch: number) => (epoch === committee.epoch ? committee : undefined),
    }
    return compareChains(
      world.network.id,
      copy,
      { ...here, epoch: at.epoch as never },
      there,
      (from) =>
        shows
          ? ask({ kind: 'links', from }).then((value) => parseLinks(value) ?? [])
          : Promise.resolve([]),
    )
  }

  it('counts by the votes of its committee, to which links lead', async () => {
    const there = await committeeOfTwo(1)
    expect(there.certificate).toBeDefined()
    expect(await compare(there, { epoch: 0, view: 1 })).toBe('later')
    expect(await compare(there, { epoch: 0, view: 1 }, false)).toBe('unproven')
  })

  it('is nothing new to whoever is as far', async () => {
    const there = await committeeOfTwo(2)
    expect(await compare(there, { epoch: 9, view: 1 })).toBe('not-later')
    const { certificate: _, ...word } = there
    expect(await compare({ ...word, last: 0 }, { epoch: 0, view: 1 })).toBe('not-later')
  })

  it('is a mere word without the votes, or with others', async () => {
    const there = await committeeOfTwo(3)
    const { certificate, ...word } = there
    expect(await compare(word, { epoch: 0, view: 1 })).toBe('unproven')
    const forged = Uint8Array.from(certificate!)
    forged[forged.length - 1]! ^= 1
    expect(await compare({ ...word, certificate: forged }, { epoch: 0, view: 1 })).toBe('unproven')
  })
})

describe('the end of a log of Raft', () => {
  const log = '' as LogName
  it.each([
    [5, 2, 'later'],
    [3, 3, 'later'],
    [4, 2, 'not-later'],
    [9, 1, 'not-later'],
  ])('is later by its term, then by its place (%i, %i: %s)', (last, term, compared) => {
    expect(compareLogs({ last: 4, term: 2 }, { last, term, log })).toBe(compared)
  })
})
