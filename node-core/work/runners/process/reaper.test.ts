import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import { parseNodeId } from '../../../base/net/index.ts'
import { USER_ID_COUNT, USER_ID_MIN } from './limits.ts'
import { marksOf } from './marks.ts'
import { createProcessTable } from './process-table.ts'
import { createReaper } from './reaper.ts'
import type { InstanceRecord } from './record.ts'

const node = parseNodeId('e'.repeat(64))
if (!node) throw new Error('no id')
const whose = { node, network: 'garden' }
const clock = createSystemClock()
const reaper = createReaper({ clock, table: createProcessTable('linux'), whose })
const userId = USER_ID_MIN + USER_ID_COUNT - 9
const RECORD: InstanceRecord = {
  version: 1,
  id: `hog-0-${process.pid}`,
  workload: 'hog',
  index: 0,
  generation: 1,
  ports: {},
  startedAtMs: 0,
  memoryBytes: 1,
  workFolder: '/nowhere',
  cgroups: [],
}

async function sleeper(uid: number | undefined, env: Record<string, string>) {
  const user = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn('/bin/sleep', ['100'], { env, cwd: '/', detached: true, ...user })
  const gone = once(child, 'exit')
  await once(child, 'spawn')
  return { pid: child.pid ?? 0, kill: () => child.kill('SIGKILL'), gone }
}

const root = process.platform === 'linux' && process.getuid?.() === 0
describe.skipIf(!root)('[root only] the processes of an instance without groups', () => {
  it('are those of its own user, whatever their session and environment', async () => {
    const own = await sleeper(userId, {})
    const other = await sleeper(userId + 1, marksOf(whose, RECORD))
    expect(await reaper.pidsOf({ ...RECORD, userId })).toEqual([own.pid])
    await reaper.end({ ...RECORD, userId }, 0)
    await own.gone
    expect(process.kill(other.pid, 0)).toBe(true)
    other.kill()
    await other.gone
  })

  it('are those of this node with its marks where it has no user, never of anybody else', async () => {
    const own = await sleeper(undefined, marksOf(whose, RECORD))
    const forged = await sleeper(userId + 2, marksOf(whose, RECORD))
    expect(await reaper.pidsOf(RECORD)).toEqual([own.pid])
    for (const each of [own, forged]) {
      each.kill()
      await each.gone
    }
  })
})
