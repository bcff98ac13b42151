import { describe, expect, test } from 'vitest'
import { parseNodeId } from './base/net/index.ts'
import { tunnelRights } from './entrusted.ts'
import type { OwnerId } from './identity/index.ts'
import { edgeOf, type Instance, parseWorkload } from './work/spec/index.ts'

const PEER = parseNodeId('1'.repeat(64))!
const OTHER = parseNodeId('2'.repeat(64))!
const ADA = 'ada' as OwnerId
const BEN = 'ben' as OwnerId

const workloadOf = (name: string) =>
  parseWorkload({ name, containers: [{ image: 'a', ports: [{ containerPort: 80 }] }] })
const DB = { owner: ADA, rules: edgeOf(workloadOf('db')) }

interface World {
  /** The owner of that node may use the network. Default true. */
  uses?: boolean
  /** The service lets that node in by its rules. */
  admitted?: boolean
  /** Nobody wants `db` any more. */
  ended?: boolean
  /** A copy of that owner's `web` is assigned to it, or there. */
  assigned?: typeof PEER
  runs?: typeof PEER
  webOwner?: OwnerId
}

/** What that node may have of Ada's `db`, and what of it keep. */
function rights({ uses = true, admitted = false, ended, assigned, runs, webOwner = ADA }: World) {
  const copy = (node: typeof PEER) => ({ node, workload: 'web' }) as Instance
  const { mayUse, mayKeep } = tunnelRights({
    view: {
      wanted: () => [{ workload: workloadOf('web'), owner: webOwner, generation: 1 }],
      assigned: (name) => (assigned && name === 'web' ? [copy(assigned)] : []),
      instances: () => (runs ? [copy(runs)] : []),
      ownerOf: (name) => (name === 'web' ? webOwner : undefined),
    },
    service: (name) => (name === 'db' && !ended ? DB : undefined),
    gate: { admits: (node, service) => admitted && node === PEER && service === DB },
    mayUse: (node) => uses && node === PEER,
  })
  return { opens: mayUse(PEER, 'db'), keeps: mayKeep(PEER, 'db') }
}

describe('another node’s connections to an instance here', () => {
  test.each([
    ['are for whom its rules let in', { admitted: true }, true, true],
    ['are for nobody else', {}, false, false],
    [
      'end for whose owner may no longer use the network',
      { uses: false, admitted: true },
      false,
      false,
    ],
    ['so do those to what has ended', { uses: false, ended: true }, false, false],
    [
      'so do those of work that runs there',
      { uses: false, assigned: PEER, runs: PEER },
      false,
      false,
    ],
    ['open where work of the same owner is to run', { assigned: PEER, runs: PEER }, true, true],
    ['go on while the last copy of it ends there, and no more open', { runs: PEER }, false, true],
    ['have nothing of what runs elsewhere', { assigned: OTHER, runs: OTHER }, false, false],
    [
      'have nothing of what another owner runs there',
      { assigned: PEER, runs: PEER, webOwner: BEN },
      ...([false, false] as const),
    ],
    [
      'go on to what nobody wants any more, for as long as that takes',
      { ended: true },
      false,
      true,
    ],
  ] satisfies [string, World, boolean, boolean][])('%s', (_what, world, opens, keeps) => {
    expect(rights(world)).toEqual({ opens, keeps })
  })
})
