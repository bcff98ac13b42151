/** What every door answers, whatever carries it. The client is the one that its users have. */
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Contract } from '../contract/index.ts'
import { ADA, createMemoryNode, instanceFacts, type MemoryNode } from '../testing/memory-node.ts'

export type DoorClient = ContractRouterClient<Contract>

export interface OpenDoor {
  client: DoorClient
  close(): Promise<void>
}

const WEB = { name: 'web', containers: [{ image: 'hello:1', ports: [{ containerPort: 80 }] }] }

export function describeDoor(name: string, open: (node: MemoryNode) => Promise<OpenDoor>): void {
  describe(`${name}, as every door,`, () => {
    let node: MemoryNode
    let door: OpenDoor

    beforeEach(async () => {
      node = createMemoryNode()
      door = await open(node)
    })
    afterEach(() => door.close())

    it('answers what the handler answers', async () => {
      const status = await door.client.node.status()
      expect(status.node.id).toBe(ADA.node)
      expect(status.network?.name).toBe('Garden')
    })

    it('names every wrong field by its path', async () => {
      const body = { ...WEB, name: 'my web', replicas: 0, replica: 3 } as typeof WEB
      await expect(door.client.workloads.deploy(body)).rejects.toMatchObject({
        code: 'VALIDATION_ERROR',
        status: 400,
        data: expect.arrayContaining([
          expect.objectContaining({ path: 'name' }),
          expect.objectContaining({ path: 'replicas' }),
          { path: 'replica', message: 'There is no such field.' },
        ]),
      })
    })

    it('gives the code of a refusal and the reason behind it', async () => {
      node.world.inNetwork = false
      await expect(door.client.network.join({ invite: 'spent' })).rejects.toMatchObject({
        code: 'FORBIDDEN',
        status: 403,
        data: { reason: 'INVITE_SPENT' },
      })
      await expect(door.client.workloads.list()).rejects.toMatchObject({
        code: 'CONFLICT',
        data: { reason: 'NO_NETWORK' },
      })
    })

    it('asks for the permission of the contract', async () => {
      node.world.permissions = ['use']
      await expect(door.client.workloads.deploy(WEB)).rejects.toMatchObject({ code: 'FORBIDDEN' })
      expect((await door.client.workloads.list()).workloads).toEqual([])
    })

    it('streams log lines until they end', async () => {
      await door.client.workloads.deploy(WEB)
      node.world.instances = [instanceFacts()]
      const at = '2026-11-20T00:00:00.000Z'
      const line = { at, instance: 'web-0-abcdef', node: ADA.node, stream: 'stdout' as const }
      node.world.lines = [
        { ...line, line: 'one' },
        { ...line, line: 'two' },
      ]
      const seen: string[] = []
      for await (const each of await door.client.workloads.logs({ name: 'web' })) {
        seen.push(each.line)
      }
      expect(seen).toEqual(['one', 'two'])
    })

    it('tells what happens while it happens, and stops when it is let go', async () => {
      const stop = new AbortController()
      const events = await door.client.events.watch(
        { subscribe: ['workload'] },
        { signal: stop.signal },
      )
      const first = events.next()
      await node.put('node/x/profile', {})
      const put = setInterval(() => void node.put('net/workload/web', { any: 1 }), 20)
      const { value } = await first
      clearInterval(put)
      expect(value).toMatchObject({ type: 'workload.changed', data: { name: 'web' } })
      stop.abort()
      await expect(drained(events)).resolves.toBe(true)
    })
  })
}

/** True once the iterator has ended, whether in order or by the abort. */
async function drained(events: AsyncIterator<unknown>): Promise<boolean> {
  try {
    while (!(await events.next()).done);
  } catch {
    return true
  }
  return true
}
