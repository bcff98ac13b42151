/**
 * Who may use a workload's service, and the pass that proves it (docs/adr/0032): the workload, its
 * end, and the signature of the node whose own door gave it. What the owner of that node may do is
 * looked up each time, so that a removal counts at once.
 */
import { z } from 'zod'
import type { Clock } from '../../base/clock/index.ts'
import { decode, encode } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import {
  type NetworkId,
  nodeIdOf,
  type OwnerId,
  openEnvelope,
  type Permission,
  type Signer,
  sealEnvelope,
} from '../../identity/index.ts'
import { PASS_PREFIX } from './headers.ts'
import type { Service } from './index.ts'
import { PASS_BYTES_MAX, PASS_LENGTH_MAX, PASS_MS, PASSES_KEPT_MAX } from './limits.ts'

export interface GateDeps {
  network: NetworkId
  self: NodeId
  key: Signer
  /** The owner of a node of the network and what that owner may do now. Undefined for any other. */
  standing(node: NodeId): Standing | undefined
  clock: Clock
}

export interface Standing {
  owner: OwnerId
  permissions: ReadonlySet<Permission>
}

export interface Gate {
  /** Whether the owner of that node may use it. */
  admits(node: NodeId, service: Service): boolean
  /** Who brings the pass, if it holds for this workload and this time. */
  bearer(pass: string, workload: string): { node: NodeId; owner: OwnerId } | undefined
  /** A pass for the owner of this node. */
  issue(workload: string): { pass: string; expiresAtMs: number }
}

/** RFC 4648 §5, strictly: Node reads past letters that are none, and a pass goes into a header as it is. */
const PASS = /^mycelium-pass\.[A-Za-z0-9_-]+$/

const claims = z.strictObject({
  workload: z.string().min(1).max(63),
  expiresAtMs: z.number().int().positive(),
})
interface Read {
  node: NodeId
  workload: string
  expiresAtMs: number
}

export function createGate(deps: GateDeps): Gate {
  /** Passes whose signature holds: a check costs more than all else that is done for a request. */
  const known = new Map<string, Read>()

  const read = (pass: string): Read | undefined => {
    const before = known.get(pass)
    if (before) return before
    if (pass.length > PASS_LENGTH_MAX || !PASS.test(pass)) return undefined
    const found = openPass(deps.network, pass.slice(PASS_PREFIX.length))
    if (!found) return undefined
    if (known.size >= PASSES_KEPT_MAX) known.clear()
    known.set(pass, found)
    return found
  }

  return {
    admits(node, service) {
      const standing = deps.standing(node)
      return standing !== undefined && admits(standing, service)
    },
    bearer(pass, workload) {
      const found = read(pass)
      if (!found || found.workload !== workload) return undefined
      if (found.expiresAtMs <= deps.clock.wallMs()) return undefined
      const standing = deps.standing(found.node)
      return standing && { node: found.node, owner: standing.owner }
    },
    issue(workload) {
      const expiresAtMs = deps.clock.wallMs() + PASS_MS
      const payload = encode({ workload, expiresAtMs })
      const sealed = sealEnvelope(deps.key, 'pass', deps.network, payload)
      return { pass: PASS_PREFIX + Buffer.from(sealed).toString('base64url'), expiresAtMs }
    },
  }
}

function openPass(network: NetworkId, text: string): Read | undefined {
  try {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64url'))
    const { key, payload } = openEnvelope('pass', network, bytes, { bytesMax: PASS_BYTES_MAX })
    const said = claims.parse(decode(payload, { bytesMax: PASS_BYTES_MAX }))
    return { node: nodeIdOf(key), ...said }
  } catch {
    // Whatever is wrong with it, it opens nothing.
    return undefined
  }
}

function admits({ owner, permissions }: Standing, { owner: ofService, rules }: Service): boolean {
  if (rules.access === 'public' || owner === ofService || permissions.has('admin')) return true
  if (!permissions.has('use')) return false
  return rules.access === 'members' || rules.access.owners.includes(owner)
}
