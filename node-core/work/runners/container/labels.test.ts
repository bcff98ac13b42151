import { describe, expect, it } from 'vitest'
import { flatWorkload } from '../../spec/testing/flat.ts'
import { type Labelled, labelsOf, leasedGpus, parseLabels, sandboxNameOf } from './labels.ts'

const WHOSE = { network: 'n', node: 'd'.repeat(64) }
const workload = flatWorkload({ name: 'web', source: { image: 'web:1' } })
const REQUEST = { id: 'web-0-a', workload, index: 0, generation: 3 }
const PART = { part: 'web', parts: 1 }

/** As in a Dockerfile: the engine takes each into a container that does not say it itself. */
const OF_IMAGE = {
  'org.mycelium.disk': '1',
  'org.mycelium.gpus': 'renderD128',
  'org.mycelium.sandbox': 'nextcloud-db',
  'org.mycelium.listens': '22',
  'org.mycelium.holds': 'web-0-a',
  'org.mycelium.network': 'x',
  'org.mycelium.node': 'y',
  'org.mycelium.workload': 'other',
  'org.mycelium.instance': 'other-0-b',
  'org.mycelium.index': '7',
  'org.mycelium.generation': '7',
  'org.mycelium.part': 'other',
  'org.mycelium.parts': '7',
}

const inEngine = (more: Partial<Labelled> = {}) => ({
  ...OF_IMAGE,
  ...labelsOf(WHOSE, REQUEST, { ...PART, ...more }),
})

describe('labels of an instance', () => {
  it('are this node’s words, whatever its image says', () => {
    const labels = inEngine()
    const { id, index, generation } = REQUEST
    expect(parseLabels(labels)).toEqual({ id, workload: 'web', index, generation, ...PART })
    expect(leasedGpus(labels)).toEqual([])
    expect(sandboxNameOf(labels)).toBeUndefined()
    expect([labels['org.mycelium.network'], labels['org.mycelium.node']]).toEqual([
      ...[WHOSE.network, WHOSE.node],
    ])
  })

  it('are read as they were said', () => {
    const sandbox = { name: 'mycelium-net-1', listens: [80, 443] }
    const labels = inEngine({ watchedDiskBytes: 9, gpus: ['g1', 'g2'], sandbox })
    expect(parseLabels(labels)).toMatchObject({ watchedDiskBytes: 9, sandbox })
    expect(leasedGpus(labels)).toEqual(['g1', 'g2'])
  })
})
