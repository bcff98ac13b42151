import { describe, expect, it } from 'vitest'
import { idOf, makeNode } from '../../testing/shapes.ts'
import { matchNodes } from './match.ts'

const nodes = [
  makeNode({ name: 'attic', labels: { place: 'home' } }),
  makeNode({ name: 'lab', role: 'sclerotia', labels: { place: 'school' } }),
  makeNode({ name: 'votes', backbone: 'dynamic' }),
  makeNode({ name: 'old', liveness: 'dead', status: 'NotReady' }),
]

describe('the search for nodes', () => {
  it('shows all where nothing is asked', () => {
    expect(matchNodes(nodes, '  ', 'all')).toBeUndefined()
  })

  it.each([
    ['ATT', ['attic']],
    ['place=school', ['lab']],
    ['sclerotia school', ['lab']],
    ['sclerotia home', []],
    ['sclerotia dynamic', ['votes']],
    [idOf('old').slice(0, 12), ['old']],
  ])('finds by %j', (query, names) => {
    expect([...(matchNodes(nodes, query, 'all') ?? [])]).toEqual(names.map(idOf))
  })

  it('can leave out those that are well', () => {
    expect([...(matchNodes(nodes, '', 'trouble') ?? [])]).toEqual([idOf('old')])
  })
})
