import type { Scenario } from '../scenarios/index.ts'
import { type Fake, noPrimary, os } from './fake.ts'

/** The committee, and what only one with a registry has. */
export function registryOf({ scenario }: Fake) {
  return {
    primary: {
      promote: os.primary.promote.handler(({ input }) => vote(scenario, input.id, 'voter')),
      demote: os.primary.demote.handler(({ input }) => vote(scenario, input.id, undefined)),
      release: os.primary.release.handler(({ input }) => vote(scenario, input.id, 'released')),
      transfer: os.primary.transfer.handler(({ input }) => vote(scenario, input.id, 'leader')),
    },
    reputation: { list: os.reputation.list.handler(() => ({ owners: [] })) },
    seeds: {
      list: os.seeds.list.handler(() => ({ seeds: [] })),
      publish: os.seeds.publish.handler(noPrimary),
      forget: os.seeds.forget.handler(noPrimary),
      document: os.seeds.document.handler(noPrimary),
    },
    recovery: {
      show: os.recovery.show.handler(() => ({ reports: [] })),
      start: os.recovery.start.handler(noPrimary),
      report: os.recovery.report.handler(noPrimary),
      discard: os.recovery.discard.handler(noPrimary),
    },
    kv: {
      get: os.kv.get.handler(noPrimary),
      list: os.kv.list.handler(noPrimary),
      put: os.kv.put.handler(noPrimary),
      delete: os.kv.delete.handler(noPrimary),
      transact: os.kv.transact.handler(noPrimary),
      watch: os.kv.watch.handler(noPrimary),
    },
    leases: {
      grant: os.leases.grant.handler(noPrimary),
      show: os.leases.show.handler(noPrimary),
      keep: os.leases.keep.handler(noPrimary),
      revoke: os.leases.revoke.handler(noPrimary),
    },
    locks: {
      acquire: os.locks.acquire.handler(noPrimary),
      show: os.locks.show.handler(noPrimary),
      release: os.locks.release.handler(noPrimary),
    },
  }
}

/** A committee that does at once what it is told. */
function vote(scenario: Scenario, id: string, part: 'voter' | 'leader' | 'released' | undefined) {
  const { primary } = scenario.status
  if (!primary) return noPrimary()
  scenario.nodes = scenario.nodes.map((node) => {
    const led = node.committee?.role === 'leader' && part === 'leader'
    if (node.id !== id) return led ? { ...node, committee: { role: 'voter', lag: 0 } } : node
    const { committee, vote: _, backbone: __, ...rest } = node
    if (part === 'released') return committee ? { ...rest, committee, backbone: 'dynamic' } : rest
    if (part === undefined) return { ...rest, vote: 'never' }
    if (part === 'leader') return { ...node, committee: { role: part } }
    return { ...rest, committee: { role: part, lag: 0 }, vote: 'always', backbone: 'dedicated' }
  })
  primary.voters = scenario.nodes.flatMap(({ id, committee }) => (committee ? [id] : []))
  primary.mayFail = Math.max(0, Math.floor((primary.voters.length - 1) / 2) - (primary.silent ?? 0))
  primary.role = scenario.nodes.find(({ self }) => self)?.committee?.role ?? 'none'
  const leader = scenario.nodes.find(({ committee }) => committee?.role === 'leader')
  if (leader) scenario.status.primary = { ...primary, leader: leader.id, leaderName: leader.name }
  return scenario.status.primary ?? primary
}
