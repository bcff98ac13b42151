import { createHash, X509Certificate } from 'node:crypto'
import { toTimestamp } from '../../base/clock/index.ts'
import type { EdgeRequestView } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { ownNames } from './own-names.ts'
import { urlOf } from './workload-view.ts'

/** This node's edge: what it took in, and passes to what is not for everybody. */
export function edgeHandlers({ edge }: Builder, deps: ApiDeps) {
  const names = ownNames(deps)
  return {
    authority: edge.authority.handler(async () => {
      const { tls } = inNetwork(deps)
      const certificate = await tls.authority()
      const { publicKey, validToDate } = new X509Certificate(certificate)
      const key = publicKey.export({ type: 'spki', format: 'der' })
      const hash = createHash('sha256').update(key).digest('hex').toUpperCase()
      return {
        ...{ certificate, zones: [...tls.zones] },
        fingerprint: hash.match(/../g)?.join(':') ?? '',
        validUntil: toTimestamp(validToDate.getTime()),
      }
    }),
    requests: edge.requests.handler(({ input: { workload: said, limit } }) => {
      const workload = said === undefined ? undefined : names.there(said)
      const of = { limit, ...(workload !== undefined && { workload }) }
      const parts = inNetwork(deps)
      const requests = parts.edge.requests(of)
      // Of one that has ended there may be some still.
      if (workload !== undefined && requests.length === 0) mustBeThere(parts, workload)
      return {
        requests: requests.map(({ atMs, ...rest }): EdgeRequestView => {
          return { at: toTimestamp(atMs), ...rest }
        }),
      }
    }),
    pass: edge.pass.handler(({ input }) => {
      const parts = inNetwork(deps)
      const name = names.there(input.name)
      const desired = mustBeThere(parts, name)
      const { pass, expiresAtMs } = parts.edge.issuePass(name)
      const url = urlOf(desired, { edge: deps.node.edge(), long: names.long })
      return {
        pass,
        expiresAt: toTimestamp(expiresAtMs),
        ...(url !== undefined && { url: `${url}?mycelium-pass=${pass}` }),
      }
    }),
  }
}

function mustBeThere(parts: NetworkParts, name: string) {
  const desired = parts.placementInput().workloads.find((one) => one.workload.name === name)
  if (!desired) throw failure('NOT_FOUND', `There is no workload “${name}”.`, { what: 'workload' })
  return desired
}
