import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OwnerId } from '../../identity/index.ts'
import { parseRange } from '../addresses/index.ts'
import { createOutside } from './outside.ts'

const ADA = 'a'.repeat(64) as string as OwnerId
const BEN = 'b'.repeat(64) as string as OwnerId

describe('connections to hosts outside', () => {
  let server: Server
  let port = 0
  const names: Record<string, string[]> = {
    'inside.example': ['192.168.1.9', '10.0.0.1', 'fe80::1', '::1'],
    'this.example': ['127.0.0.1'],
    'both.example': ['10.0.0.1', '127.0.0.1'],
    'mapped.example': ['::ffff:127.0.0.1'],
  }
  const resolve = async (host: string): Promise<string[]> => {
    const found = names[host]
    if (found) return found
    throw new Error('ENOTFOUND')
  }
  const opened = [parseRange('127.0.0.1')].filter((range) => range !== undefined)
  const outside = createOutside({ owner: ADA, opened, resolve })

  beforeAll(async () => {
    server = createServer((socket) => socket.end('hello'))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    port = typeof address === 'object' ? (address?.port ?? 0) : 0
  })
  afterAll(() => void server.close())

  it.each(['inside.example', 'this.example', 'both.example', 'mapped.example'])(
    'never lead a stranger’s workload home by the name %s',
    async (host) => {
      const refused = outside.connect(host, port, BEN)
      await expect(refused).rejects.toMatchObject({ code: 'OUTSIDE_SHIELDED' })
    },
  )

  it('lead where the owner has opened it, past what is not', async () => {
    for (const host of ['this.example', 'both.example']) {
      const socket = await outside.connect(host, port, ADA)
      let said = ''
      for await (const chunk of socket) said += String(chunk)
      expect(said).toBe('hello')
      socket.destroy()
    }
    const refused = outside.connect('inside.example', port, ADA)
    await expect(refused).rejects.toMatchObject({ code: 'OUTSIDE_SHIELDED' })
  })

  it('never lead to this computer by any address of its own, as it has it when it is dialled', async () => {
    let own: string[] = []
    const resolve = async (): Promise<string[]> => ['203.0.113.7', '203.0.113.8']
    const dialled: string[] = []
    const dial = async (address: string): Promise<Socket> => {
      dialled.push(address)
      throw new Error('Nobody is there.')
    }
    const range = [parseRange('203.0.113.8')].filter((one) => one !== undefined)
    const deps = { owner: ADA, resolve, own: () => own, dial }
    const elsewhere = createOutside({ ...deps, opened: range })
    const tried = async (owner: OwnerId) => {
      const { code } = await elsewhere.connect('x', port, owner).catch((error) => error)
      return [code, ...dialled.splice(0)]
    }
    expect(await tried(BEN)).toEqual(['OUTSIDE_UNREACHABLE', '203.0.113.7', '203.0.113.8'])
    own = ['203.0.113.7', '203.0.113.8']
    expect(await tried(BEN)).toEqual(['OUTSIDE_SHIELDED'])
    expect(await tried(ADA)).toEqual(['OUTSIDE_UNREACHABLE', '203.0.113.8'])
  })

  it('say what is not there', async () => {
    const nowhere = { code: 'OUTSIDE_UNREACHABLE' }
    await expect(outside.connect('no.example', port, ADA)).rejects.toMatchObject(nowhere)
    await expect(outside.connect('this.example', 1, ADA)).rejects.toMatchObject(nowhere)
  })
})
