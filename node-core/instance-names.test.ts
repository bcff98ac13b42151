import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { OwnerId } from './identity/index.ts'
import { createInstanceNames } from './instance-names.ts'
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
