import { ORPCError } from '@orpc/server'
import type { Scenario } from '../scenarios/index.ts'
import { idOf } from '../shapes.ts'
import { type Fake, findNode, os } from './fake.ts'
import { SAYS } from './says.ts'

/** Other computers, and who is in. */
export function networkOf({ scenario }: Fake) {
  return {
    peers: {
      list: os.peers.list.handler(() => ({
        peers: (scenario.nodes.find((node) => node.self)?.links ?? []).map(
          ({ to, latencyMs = 0 }) => ({
            id: to,
            name: findNode(scenario, to).name,
            addresses: [findNode(scenario, to).address],
            path:
              latencyMs < 2
                ? 'lan'
                : latencyMs > 90
                  ? 'relayed'
                  : latencyMs > 20
                    ? 'punched'
                    : 'direct',
            latencyMs,
          }),
        ),
      })),
    },
    nodes: {
      list: os.nodes.list.handler(() => ({ nodes: scenario.nodes })),
      resync: os.nodes.resync.handler(() => ({ started: true as const })),
      cordon: os.nodes.cordon.handler(({ input }) =>
        Object.assign(findNode(scenario, input.id), { status: 'Cordoned' }),
      ),
      uncordon: os.nodes.uncordon.handler(({ input }) =>
        Object.assign(findNode(scenario, input.id), { status: 'Ready' }),
      ),
      sleep: os.nodes.sleep.handler(() => {
        const own = scenario.nodes.find(({ self }) => self)
        if (!own) throw new ORPCError('NOT_FOUND')
        return Object.assign(own, { status: 'Asleep', asleep: { since: new Date().toISOString() } })
      }),
      wake: os.nodes.wake.handler(() => {
        const own = scenario.nodes.find(({ self }) => self)
        if (!own) throw new ORPCError('NOT_FOUND')
        return Object.assign(own, { status: 'Ready', asleep: undefined })
      }),
      drain: os.nodes.drain.handler(({ input }) =>
        Object.assign(findNode(scenario, input.id), {
          status: 'Draining',
          drain: drainOf(scenario, input.id),
        }),
      ),
    },
    invites: {
      create: os.invites.create.handler(({ input }) => ({
        // As long as real ones are.
        invite: `mycelium://join?invite=${idOf('invite').repeat(21)}`,
        expiresAt: new Date(Date.now() + input.expiresInSeconds * 1_000).toISOString(),
        uses: input.uses,
      })),
    },
    members: {
      list: os.members.list.handler(() => ({ members: scenario.members })),
      approve: os.members.approve.handler(({ input }) =>
        changeMember(scenario, input.owner, 'member', input.permissions),
      ),
      grant: os.members.grant.handler(({ input }) =>
        changeMember(scenario, input.owner, 'member', input.permissions),
      ),
      remove: os.members.remove.handler(({ input }) => {
        if (input.ifState === 'waiting') {
          scenario.members = scenario.members.filter(({ owner }) => owner !== input.owner)
          return {}
        }
        changeMember(scenario, input.owner, 'removed', [])
        return {}
      }),
    },
  }
}

/** As if all had gone but what keeps data there. */
function drainOf({ workloads }: Scenario, node: string) {
  const reason = { code: 'DATA_HERE', message: SAYS.dataHere }
  const left = workloads.flatMap(({ name, instances }) =>
    instances
      .filter((one) => one.node === node)
      .map(({ id, index }) => ({ instance: id, workload: name, index, reason })),
  )
  return { state: 'allButData' as const, left }
}

function changeMember(
  scenario: Scenario,
  owner: string,
  state: 'member' | 'removed',
  permissions: Scenario['members'][number]['permissions'],
) {
  const found = scenario.members.find((each) => each.owner === owner)
  if (!found) throw new ORPCError('NOT_FOUND', { message: 'No such owner.' })
  found.state = state
  found.permissions = permissions
  return found
}
