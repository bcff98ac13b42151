import { isContractProcedure } from '@orpc/contract'
import { describe, expect, it } from 'vitest'
import { answerTo, contract, ERROR_STATUS } from './index.ts'

/** Every operation by its path: `workloads.deploy`. */
const operations = Object.entries(contract).flatMap(([group, members]) =>
  Object.entries(members).map(([name, operation]) => ({ path: `${group}.${name}`, operation })),
)
const route = (path: string) => {
  const found = operations.find((one) => one.path === path)?.operation['~orpc'].route
  return `${found?.method} ${found?.path}`
}

describe('the contract', () => {
  it('has the routes that people and programs rely on', () => {
    expect({
      'node.status': route('node.status'),
      'peers.list': route('peers.list'),
      'nodes.list': route('nodes.list'),
      'nodes.resync': route('nodes.resync'),
      'nodes.drain': route('nodes.drain'),
      'nodes.cordon': route('nodes.cordon'),
      'nodes.uncordon': route('nodes.uncordon'),
      'workloads.list': route('workloads.list'),
      'workloads.get': route('workloads.get'),
      'workloads.deploy': route('workloads.deploy'),
      'workloads.change': route('workloads.change'),
      'workloads.delete': route('workloads.delete'),
      'workloads.logs': route('workloads.logs'),
      'workloads.instanceLogs': route('workloads.instanceLogs'),
      'node.debugState': route('node.debugState'),
    }).toEqual({
      'node.status': 'GET /api/status',
      'peers.list': 'GET /api/peers',
      'nodes.list': 'GET /api/cluster/nodes',
      'nodes.resync': 'POST /api/cluster/resync',
      'nodes.drain': 'POST /api/nodes/{id}/drain',
      'nodes.cordon': 'POST /api/nodes/{id}/cordon',
      'nodes.uncordon': 'DELETE /api/nodes/{id}/cordon',
      'workloads.list': 'GET /api/workloads',
      'workloads.get': 'GET /api/workloads/{name}',
      'workloads.deploy': 'POST /api/workloads',
      'workloads.change': 'PATCH /api/workloads/{name}',
      'workloads.delete': 'DELETE /api/workloads/{name}',
      'workloads.logs': 'GET /api/workloads/{name}/logs',
      'workloads.instanceLogs': 'GET /api/containers/{id}/logs',
      'node.debugState': 'GET /debug/state',
    })
  })

  it('gives every operation a route of its own, but the event stream', () => {
    const routes = operations.map(({ path }) => route(path))
    const named = routes.filter((each) => !each.includes('undefined'))
    expect(new Set(named).size).toBe(named.length)
    expect(routes.length - named.length).toBe(1)
  })

  it('says of every operation what it needs and whether it ends something', () => {
    for (const { path, operation } of operations) {
      expect(isContractProcedure(operation)).toBe(true)
      expect([path, operation['~orpc'].meta]).toEqual([
        path,
        {
          permission: expect.stringMatching(/^(none|local|use|deploy|invite|admin)$/),
          destructive: expect.any(Boolean),
          needsNetwork: expect.any(Boolean),
        },
      ])
    }
  })

  it('calls everything destructive that deletes, removes, stops or leaves', () => {
    const destructive = operations
      .filter(({ operation }) => operation['~orpc'].meta.destructive)
      .map(({ path }) => path)
    expect(destructive.sort()).toEqual([
      'bundles.unpublish',
      'bundles.untrust',
      'kv.delete',
      'leases.revoke',
      'locks.release',
      'members.remove',
      'network.leave',
      'node.stop',
      'nodes.drain',
      'primary.demote',
      'recovery.discard',
      'recovery.start',
      'secrets.delete',
      'space.reclaim',
      'volumes.delete',
      'volumes.deleteLeft',
      'workloads.delete',
    ])
  })

  it('answers for every code of its own and for those of the parts', () => {
    for (const code of Object.keys(ERROR_STATUS)) {
      if (code !== 'INTERNAL_ERROR') expect(answerTo(code)).toBe(code)
    }
    expect(answerTo('INVITE_SPENT')).toBe('FORBIDDEN')
    expect(answerTo('NEVER_HEARD_OF')).toBeUndefined()
  })
})
