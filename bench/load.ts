/** The same load on whichever stores: each client waits for its answer before it asks again. */
import { Client, type Pool } from 'undici'
import type { Asked, Door, KeyStores } from './key-stores.ts'
import { pause } from './processes.ts'
import { percentile } from './report.ts'

export const WARM_MS = 500
export const LOAD_MS = 4_000

export interface Figures {
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** What is read later is there. A new node's first write also makes it known to the registry. */
export async function fill(stores: KeyStores, keys: number): Promise<void> {
  for (const door of stores.doors) {
    const client = new Client(door.origin)
    for (let n = 0; n < keys; n++) await ask(client, door.put(n))
    await client.close()
  }
}

export async function load(
  stores: KeyStores,
  clients: number,
  request: (door: Door, n: number) => Asked,
): Promise<Figures> {
  const leader = await stores.leader()
  const doors = [...stores.doors.slice(leader), ...stores.doors.slice(0, leader)]
  const connections = Array.from({ length: clients }, (_, at) => {
    const door = doors[at % doors.length] as Door
    return { door, client: new Client(door.origin) }
  })
  const figures = await loadBy(clients, (at, n) => {
    const { door, client } = connections[at] as (typeof connections)[number]
    return ask(client, request(door, n))
  })
  await Promise.all(connections.map(({ client }) => client.close()))
  return figures
}

/** So many ask at a time, each again once it has its answer: the `n`th question of all. */
export async function loadBy(
  clients: number,
  once: (client: number, n: number) => Promise<void>,
): Promise<Figures> {
  const latenciesMs: number[] = []
  const countedFromMs = performance.now() + WARM_MS
  const endMs = countedFromMs + LOAD_MS
  await Promise.all(
    Array.from({ length: clients }, async (_, at) => {
      for (let n = at; performance.now() < endMs; n += clients) {
        const askedMs = performance.now()
        await once(at, n)
        const answeredMs = performance.now()
        if (answeredMs > countedFromMs && answeredMs <= endMs) {
          latenciesMs.push(answeredMs - askedMs)
        }
      }
    }),
  )
  await pause(200)
  return {
    perSecond: latenciesMs.length / (LOAD_MS / 1_000),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  }
}

export async function ask(client: Client | Pool, asked: Asked): Promise<void> {
  const { statusCode, body } = await client.request(asked)
  if (statusCode === 200) return body.dump()
  throw new Error(`${asked.method} ${asked.path}: ${statusCode} ${await body.text()}`)
}
