/** Data that lies here of networks which this computer has left, in words. */
import type { Outputs } from '../node-client.ts'
import { bytes } from '../text/format.ts'
import { table } from '../text/table.ts'

export type LeftVolume = Outputs['volumes']['listLeft']['volumes'][number]

/** For whoever looks for what lies on this computer while no node runs on it. */
export const ANY_NODE =
  'It need be in no network for this: what lies on this computer is told and removed by a node that ' +
  'runs here, in a network or in none.'

export function leftTable(left: readonly LeftVolume[]): string {
  return table(
    ['ID', 'LEFT NETWORK', 'OF', 'STATE'],
    left.map(({ id, network, sizeBytes, untilAt }) => {
      return [id, network.name ?? network.id.slice(0, 8), bytes(sizeBytes), fateOf(untilAt)]
    }),
  )
}

/** What stays, until when, and how to remove it at once; undefined where nothing does. */
export function whatStays(left: readonly LeftVolume[]): string | undefined {
  if (left.length === 0) return undefined
  const each = left.map(({ id, untilAt }) => `  ${id}: ${fateOf(untilAt)}`)
  const those = left.length === 1 ? 'this data' : `data of ${left.length} volumes`
  return (
    `Of networks that this computer has left, ${those} is still here:\n${each.join('\n')}\n` +
    'A node that runs here removes it then. At once: mycelium volume delete ID --for-good'
  )
}

function fateOf(untilAt: string | undefined): string {
  return untilAt === undefined ? 'stays until it is deleted' : `gone on ${untilAt.slice(0, 10)}`
}
