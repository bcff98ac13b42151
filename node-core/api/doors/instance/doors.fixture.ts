/** Doors of instances over real sockets, with a registry in memory. */
import { mkdtempSync, rmSync } from 'node:fs'
import { type RequestOptions, request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import {
  type Clock,
  createSimClock,
  createSystemClock,
  type SimClock,
} from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import type { InstanceAccess } from '../../../work/runners/index.ts'
import type { SecretUse } from '../../../work/spec/index.ts'
import type { InstanceNames, KeyPrimary, Standing } from '../../handlers/index.ts'
import { createMemoryPrimary } from '../../testing/memory-primary.ts'
import { createInstanceDoors, type InstanceDoors } from './index.ts'

export const WEB = { id: 'web-0-abcdef', workload: 'web', index: 0, generation: 3 }
export const SHOP = { id: 'shop-1-abcdef', workload: 'shop', index: 1, generation: 1 }
export const base64 = (text: string): string => Buffer.from(text).toString('base64')

export interface Answer {
  status: number
  body: { code?: string; details?: unknown } & Record<string, unknown>
}

export interface Call {
  body?: unknown
  token?: string
  door?: InstanceAccess
  chunked?: boolean
}

export interface Street {
  readonly root: string
  readonly primary: KeyPrimary
  readonly doors: InstanceDoors
  /** The door of WEB, which is open. */
  readonly web: InstanceAccess
  standing: Standing
  /** What instances of `web` are handed; undefined while nobody has said. */
  handed: SecretUse[] | undefined
  /** Values of secrets by their names; whoever keeps them current hears of a change by `tell`. */
  values: Map<string, { version: number; value: Uint8Array }>
  tell(): void
  /** Secrets that were opened, as often as they were. */
  openings: string[]
  /** Names that are waited for. */
  readonly waiting: ReadonlySet<string>
  /** Stops the doors there are and starts others, as after a restart of the node. */
  renew(options?: { folders?: string[]; clock?: Clock }): Promise<void>
  /** From here on in a time that stands still until it is moved. */
  stopTime(): Promise<SimClock>
  opened(of: typeof WEB): Promise<InstanceAccess>
  call(method: string, route: string, options?: Call): Promise<Answer>
  /** All that a stream says until it ends. */
  stream(route: string): Promise<string>
  end(): Promise<void>
}

export function socketOf({ folder }: InstanceAccess): string {
  return path.join(folder, 'api.sock')
}

export async function openStreet(): Promise<Street> {
  const root = path.join(mkdtempSync(path.join(tmpdir(), 'mycelium-doors-')), 'api')
  const primary = createMemoryPrimary()
  const listeners = new Set<() => void>()
  const openings: string[] = []
  const waiting = new Set<string>()
  let uses: SecretUse[] | undefined = []
  let standing: Standing = 'own'
  const values: Street['values'] = new Map()
  values.set('web/password', { version: 2, value: Buffer.from('hunter2') })
  const create = (folders: string[], clock: Clock): InstanceDoors =>
    createInstanceDoors({
      ...{ secret: new Uint8Array(32).fill(7), folders, primary },
      secrets: {
        open: (name) => {
          openings.push(name)
          return openSecret(values, name)
        },
        markOf: (name) => values.get(name),
        onChange: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
      standing: () => () => standing,
      secretsOf: (workload) => (workload === 'web' ? uses : []),
      selfOf: ({ workload, id, index, generation }) => ({
        ...{ workload, instance: id, index, generation, replicas: 2, node: 'a'.repeat(64) },
        ...{ env: { GREETING: 'hi' }, labels: {}, ports: [] },
      }),
      namesOf: (workload) => namesOf(workload, waiting),
      clock,
      logger: createMemoryLogger(),
    })
  let doors = create([root], createSystemClock())
  await doors.start()
  const web = await openedBy(doors, WEB)
  const street: Street = {
    ...{ root, primary, web, values, openings, waiting },
    tell: () => {
      for (const listener of listeners) listener()
    },
    get standing() {
      return standing
    },
    set standing(next) {
      standing = next
    },
    get handed() {
      return uses
    },
    set handed(next) {
      uses = next
    },
    get doors() {
      return doors
    },
    async renew({ folders = [root], clock = createSystemClock() } = {}) {
      await doors.stop()
      doors = create(folders, clock)
      await doors.start()
    },
    async stopTime() {
      const clock = createSimClock()
      await street.renew({ clock })
      await street.opened(WEB)
      return clock
    },
    opened: (of) => openedBy(doors, of),
    call: (method, route, { body, door = web, token = door.token, chunked } = {}) => {
      const isRaw = typeof body === 'string'
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }),
        ...(chunked && { 'transfer-encoding': 'chunked' }),
      }
      const sent = body === undefined || isRaw ? body : JSON.stringify(body)
      return ask({ socketPath: socketOf(door), method, path: route, headers }, sent).then(
        ({ status, text }) => ({ status, body: text === '' ? {} : JSON.parse(text) }),
      )
    },
    async stream(route) {
      const headers = { authorization: `Bearer ${web.token}` }
      return (await ask({ socketPath: socketOf(web), path: route, headers })).text
    },
    async end() {
      await doors.stop()
      rmSync(path.dirname(root), { recursive: true, force: true })
    },
  }
  return street
}

/** Those that are there, and one whose key has yet to come. */
function openSecret(values: Street['values'], name: string) {
  const there = values.get(name)
  if (there) return there
  const code = name === 'web/later' ? 'UNAVAILABLE' : 'NOT_FOUND'
  throw new MyceliumError(code, 'Not here.')
}

/** `echo` gives back what it gets at port 7; `later` has yet to come; `asleep` never wakes. */
function namesOf(workload: string, waiting: Set<string>): InstanceNames {
  const leads = [{ name: 'echo', as: 'echo', address: '127.64.0.1', ports: [7] }]
  return {
    async *watch() {
      yield workload === 'web' ? leads : []
    },
    async connect(as, port, { signal } = {}) {
      if (as === 'asleep') {
        waiting.add(as)
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        waiting.delete(as)
      }
      if (as === 'echo' && port === 7) return new PassThrough()
      throw new MyceliumError(as === 'later' ? 'NO_ENDPOINT' : 'USE_UNDECLARED', 'Not here.')
    },
  }
}

async function openedBy(doors: InstanceDoors, of: typeof WEB): Promise<InstanceAccess> {
  const access = await doors.open(of)
  if (!access) throw new Error('There is no door.')
  return access
}

function ask(options: RequestOptions, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('close', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
