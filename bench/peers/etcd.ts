/**
 * Three etcd members on loopback with their default timers, logs synced, asked over etcd's own
 * HTTP/JSON gateway, so that the same HTTP client as ours can ask them.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Asked, type Door, type KeyStores, MEMBERS, VALUE } from '../key-stores.ts'
import { end, freePort, pause, start, waitFor } from '../processes.ts'

const WAIT_MS = 30_000
const VALUE_TEXT = VALUE.toString('base64')

interface Member {
  name: string
  client: string
  peer: string
}

export async function startEtcd(): Promise<KeyStores> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-bench-'))
  const members: Member[] = []
  const local = async (): Promise<string> => `http://127.0.0.1:${await freePort()}`
  for (let i = 0; i < MEMBERS; i++) {
    members.push({ name: `m${i}`, client: await local(), peer: await local() })
  }
  const up = (member: Member, state: 'new' | 'existing'): ChildProcess =>
    start(commandOf(member, members, folder, state))
  const children = members.map((member) => up(member, 'new'))
  const stores: KeyStores = {
    doors: members.map(({ client }) => doorOf(client)),
    async leader() {
      let index = -1
      await waitFor('etcd leader', WAIT_MS, async () => {
        const states = await Promise.all(members.map(statusOf))
        index = states.findIndex((state) => state && state.leader === state.header.member_id)
        return index >= 0
      })
      return index
    },
    async kill(index) {
      const child = children[index]
      if (child) await end(child)
    },
    async revive(index) {
      const member = members[index]
      if (!member) return
      children[index] = up(member, 'existing')
      await waitFor('etcd member', WAIT_MS, () => answers(doorOf(member.client)))
    },
    pids: () => children.flatMap(({ pid }) => pid ?? []),
    async remove() {
      await Promise.all(children.map((child) => end(child)))
      rmSync(folder, { recursive: true, force: true })
    },
  }
  try {
    for (const door of stores.doors) await waitFor('etcd', WAIT_MS, () => answers(door))
    return stores
  } catch (error) {
    await stores.remove()
    throw error
  }
}

function commandOf(
  { name, client, peer }: Member,
  members: readonly Member[],
  folder: string,
  state: 'new' | 'existing',
): string[] {
  const cluster = members.map((one) => `${one.name}=${one.peer}`).join(',')
  return [
    'etcd',
    ...['--name', name, '--data-dir', path.join(folder, name)],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
    ...['--initial-cluster', cluster, '--initial-cluster-state', state],
    ...['--logger', 'zap', '--log-outputs', '/dev/null'],
  ]
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')

function doorOf(origin: string): Door {
  return {
    origin,
    put: (n) => asked('/v3/kv/put', { key: base64(`m/${n}`), value: VALUE_TEXT }),
    // Linearizable unless `serializable` is asked for.
    get: (n) => asked('/v3/kv/range', { key: base64(`m/${n}`) }),
  }
}

function asked(route: string, body: unknown): Asked {
  const headers = { 'content-type': 'application/json' }
  return { path: route, method: 'POST', headers, body: JSON.stringify(body) }
}

async function answers({ origin, put }: Door): Promise<boolean> {
  await pause(20)
  const { path: route, body } = put(0)
  const answer = fetch(`${origin}${route}`, { method: 'POST', body: String(body) })
  return answer.then(
    ({ ok }) => ok,
    () => false,
  )
}

interface Status {
  header: { member_id: string }
  leader?: string
}

async function statusOf({ client }: Member): Promise<Status | undefined> {
  const options = { method: 'POST', body: '{}' }
  const answer = fetch(`${client}/v3/maintenance/status`, options)
  return answer.then(
    async (response): Promise<Status> => JSON.parse(await response.text()),
    () => undefined,
  )
}
