import { PassThrough } from 'node:stream'
import { describe, expect, it, test } from 'vitest'
import type { OwnerId } from './identity/index.ts'
import { createInstanceNames } from './instance-names.ts'
import type { Lead } from './work/naming/index.ts'
import type { ViewChange } from './work/reconcile/index.ts'
import type { Instance } from './work/spec/index.ts'
import { flatWorkload } from './work/spec/testing/flat.ts'

const ADA = 'a'.repeat(64) as string as OwnerId

describe('the names of an instance', () => {
  const dialled: unknown[] = []
  const to = (...what: unknown[]): Promise<PassThrough> => {
    dialled.push(what)
    return Promise.resolve(new PassThrough())
  }
  const web = flatWorkload({
    ...{ name: 'web', source: { image: 'a' } },
    egress: [{ host: 'api.example.org', ports: [443] }],
  })
  const names = createInstanceNames(
    {
      view: {
        desired: (name) =>
          name === 'web' ? { workload: web, owner: ADA, generation: 1 } : undefined,
        ownerOf: (name) => (name === 'web' ? ADA : undefined),
        assigned: () => [],
        subscribe: () => () => {},
      },
      dialer: { connect: (...what) => to('inside', ...what) },
      outside: { connect: (...what) => to('outside', ...what) },
    },
    'web',
  )

  it('lead out to the hosts that its manifest lists, in the name of its owner, and no others', async () => {
    await names.connect('api.example.org', 443)
    expect(dialled).toEqual([['outside', 'api.example.org', 443, ADA]])
    const port = names.connect('api.example.org', 80)
    await expect(port).rejects.toMatchObject({ code: 'USE_LEADS_NOWHERE' })
    const other = names.connect('www.example.org', 443)
    await expect(other).rejects.toMatchObject({ code: 'USE_UNDECLARED' })
  })
})

test('names lead to ports that copies tell of, and to those of the last one while none runs', async () => {
  const of = (name: string, uses: { name: string; as: string }[] = []) => {
    return {
      workload: flatWorkload({ name, source: { image: 'a' }, uses }),
      owner: ADA,
      generation: 1,
    }
  }
  const wanted = [of('web', [{ name: 'cache', as: 'cache' }]), of('cache')]
  let running: Pick<Instance, 'ports'>[] = []
  let change: (change: ViewChange) => void = () => {}
  const names = createInstanceNames(
    {
      view: {
        desired: (name) => wanted.find(({ workload }) => workload.name === name),
        ownerOf: (name) => (name === 'web' || name === 'cache' ? ADA : undefined),
        assigned: (name) => (name === 'cache' ? (running as Instance[]) : []),
        subscribe: (listener) => {
          change = listener
          return () => {}
        },
      },
      dialer: { connect: () => Promise.resolve(new PassThrough()) },
      outside: { connect: () => Promise.resolve(new PassThrough()) },
    },
    'web',
  )
  const leads = names.watch(undefined)[Symbol.asyncIterator]()
  const ports = async (): Promise<unknown> => {
    const { value } = await leads.next()
    return (value as Lead[]).map((lead) => lead.ports)
  }
  expect(await ports()).toEqual([[]])
  await expect(names.connect('cache', 6_379)).rejects.toMatchObject({ code: 'USE_LEADS_NOWHERE' })
  const told = ports()
  running = [{ ports: { 6379: 40_000 } }]
  change({ of: 'instance', node: 'b' as never, id: 'cache-0-x' })
  expect(await told).toEqual([[6_379]])
  running = []
  await names.connect('cache', 6_379)
  await leads.return?.()
})
