import { describe, expect, it } from 'vitest'
import { MyceliumError } from '../../base/errors/index.ts'
import { verifyCredential } from '../../identity/index.ts'
import { createGate } from './gate.ts'
import { makeMember, makeNetwork } from './testing/meshes.ts'

const home = makeNetwork('Home')
const makeVerified = () => {
  const { credential } = makeMember(home)
  return verifyCredential(credential, { network: home.network, nowMs: undefined })
}
const connection = (id: string, peer: string) => ({ id, remotePeer: { toString: () => peer } })
const refused = new MyceliumError('WRONG_NETWORK', 'Of another network.')
const lost = new MyceliumError('NET_UNREACHABLE', 'Lost.')

function makeGate() {
  const events: string[] = []
  const gate = createGate<ReturnType<typeof connection>>(
    {
      up: (peer) => events.push(`up ${peer.peerId}`),
      down: (_, peerId) => events.push(`down ${peerId}`),
      fewer: (peer) => events.push(`fewer ${peer.peerId} ${peer.connections.length}`),
    },
    () => 0,
  )
  return { gate, events }
}

describe('the gate', () => {
  it('keeps everyone waiting until the greeting is settled', async () => {
    const { gate } = makeGate()
    const [a, b] = [connection('1', 'alice'), connection('2', 'bob')]
    gate.opened(a)
    gate.opened(b)
    const waiting = [gate.settled(a), gate.settled(b)]
    const member = makeVerified()
    gate.admit(a, member)
    gate.refuse(b, refused)
    expect(await Promise.all(waiting)).toEqual([
      { admitted: true, nodeId: member.nodeId },
      { admitted: false, error: refused },
    ])
    expect(gate.strangers()).toEqual([b])
  })

  it('admits all connections of a peer with one of them, those to come too', async () => {
    const { gate, events } = makeGate()
    const [first, second, third] = [1, 2, 3].map((n) => connection(String(n), 'alice'))
    gate.opened(first!)
    gate.opened(second!)
    gate.admit(second!, makeVerified())
    gate.opened(third!)
    for (const open of [first, second, third]) {
      expect(await gate.settled(open!)).toMatchObject({ admitted: true })
    }
    expect(events).toEqual(['up alice'])
  })

  it('says down only when the last connection has closed', () => {
    const { gate, events } = makeGate()
    const [first, second] = [connection('1', 'alice'), connection('2', 'alice')]
    gate.opened(first)
    gate.admit(first, makeVerified())
    gate.opened(second)
    gate.closed(first, lost)
    gate.closed(first, lost)
    expect(events).toEqual(['up alice', 'fewer alice 1'])
    gate.closed(second, lost)
    expect(events.at(-1)).toBe('down alice')
    expect(gate.peers()).toEqual([])
  })

  it('settles a greeting that is cut off, and forgets a connection that has closed', async () => {
    const { gate } = makeGate()
    const a = connection('1', 'alice')
    gate.opened(a)
    const waiting = gate.settled(a)
    gate.closed(a, lost)
    expect(await waiting).toEqual({ admitted: false, error: lost })
    gate.admit(a, makeVerified())
    expect(gate.peers()).toEqual([])
  })

  it('does not throw out an admitted peer because a second greeting failed', () => {
    const { gate } = makeGate()
    const [first, second] = [connection('1', 'alice'), connection('2', 'alice')]
    gate.opened(first)
    gate.admit(first, makeVerified())
    gate.opened(second)
    gate.refuse(second, refused)
    expect(gate.isAdmitted(second)).toBe(true)
  })

  it('takes admission away and can give it again', () => {
    const { gate, events } = makeGate()
    const a = connection('1', 'alice')
    const member = makeVerified()
    gate.opened(a)
    gate.admit(a, member)
    expect(gate.expel(member.nodeId)).toEqual([a])
    expect(gate.expel(member.nodeId)).toEqual([])
    expect(gate.isAdmitted(a)).toBe(false)
    gate.admit(a, member)
    expect(events).toEqual(['up alice', 'down alice', 'up alice'])
  })
})
