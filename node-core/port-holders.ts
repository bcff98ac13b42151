/**
 * Which workload has a published port where several claim it (docs/adr/0032). The registry cannot read
 * what workloads ask for, so whoever holds `deploy` can have a claim of any port committed; what clients
 * reach at a port must not change hands by that.
 */
import { z } from 'zod'
import { createKeptFile, type KeptFileDeps } from './base/kept-file/index.ts'
import type { Lifecycle } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import { type OwnerId, parseOwnerId } from './identity/index.ts'
import { PORT_HOLDERS_BYTES_MAX } from './limits.ts'
import type { Published } from './work/edge/index.ts'
import type { WorkView } from './work/reconcile/index.ts'
import { edgeOf } from './work/spec/index.ts'

export interface PortHoldersDeps {
  view: Pick<WorkView, 'wanted' | 'isCurrent' | 'recordOf'>
  /** This node's. */
  owner: OwnerId
  /** Where it is kept who has which port here, so that it is known after a restart. */
  disk: KeptFileDeps['disk']
  logger: Logger
}

export interface PortHolders extends Lifecycle {
  /** Each port once. */
  published(): Published[]
}

interface Holder {
  workload: string
  owner: OwnerId
}
interface Claim extends Holder {
  port: number
  /** Unknown of a holder of which it is not known what it wants now. */
  containerPort?: number
}

const owner = z.custom<OwnerId>(
  (value) => typeof value === 'string' && parseOwnerId(value) !== undefined,
)
const CONTENT = z.array(z.tuple([z.int().min(1).max(65_535), z.string(), owner]))

export function createPortHolders(deps: PortHoldersDeps): PortHolders {
  const { view, owner: self } = deps
  const path = 'registry/ports.cbor'
  const file = createKeptFile({ ...deps, path }, { bytesMax: PORT_HOLDERS_BYTES_MAX })
  let holders: ReadonlyMap<number, Holder> = new Map()
  let kept: string | undefined
  let keeping: Promise<void> = Promise.resolve()

  /** What is not known to be over: a copy that has yet to catch up, or a form that is too new for this version. */
  const mayClaimStill = ({ workload }: Holder): boolean =>
    !view.isCurrent() || view.recordOf(workload) === 'unreadable'

  /** This node's own owner's comes first, then who had it before; the name decides last. */
  function firstOf(claims: readonly Claim[], held: Holder | undefined): Claim | undefined {
    const rank = (claim: Claim): number =>
      (claim.owner === self ? 0 : 2) + (held && isSame(claim, held) ? 0 : 1)
    const [first] = claims.toSorted(
      (a, b) => rank(a) - rank(b) || (a.workload < b.workload ? -1 : 1),
    )
    return first
  }

  async function keep(): Promise<void> {
    const rows = [...holders].map(([port, { workload, owner }]) => [port, workload, owner])
    const now = JSON.stringify(rows)
    if (now !== kept && (await file.write(rows))) kept = now
  }

  return {
    async start() {
      const rows = CONTENT.safeParse(await file.read()).data ?? []
      holders = new Map(rows.map(([port, workload, owner]) => [port, { workload, owner }]))
      kept = JSON.stringify(rows)
    },
    stop: () => keeping,
    published() {
      const claims = Map.groupBy(claimsOf(view), ({ port }) => port)
      const now = new Map<number, Holder>()
      const published: Published[] = []
      for (const port of new Set([...holders.keys(), ...claims.keys()])) {
        const held = holders.get(port)
        const all = claims.get(port) ?? []
        const isAway = held && !all.some((claim) => isSame(claim, held)) && mayClaimStill(held)
        const first = firstOf(isAway ? [...all, { ...held, port }] : all, held)
        if (!first) continue
        const { workload, owner, containerPort } = first
        now.set(port, { workload, owner })
        // Nobody has it meanwhile: clients of the one that is away would speak to another.
        if (containerPort !== undefined) published.push({ port, workload, containerPort })
      }
      holders = now
      keeping = keeping.then(keep)
      return published
    },
  }
}

function claimsOf({ wanted }: Pick<WorkView, 'wanted'>): Claim[] {
  return wanted().flatMap(({ workload, owner }) =>
    edgeOf(workload).tcp.map((one) => ({ ...one, workload: workload.name, owner })),
  )
}

function isSame(one: Holder, other: Holder): boolean {
  return one.workload === other.workload && one.owner === other.owner
}
