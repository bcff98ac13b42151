import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSilentLogger } from '../../../base/log/index.ts'
import { killGroups, openCgroups } from './cgroups.ts'

/** The kernel's interface is files in folders, so plain ones show what would be asked of it. */
let mount: string
beforeEach(async () => {
  mount = await mkdtemp(join(tmpdir(), 'mycelium-cgroup-test-'))
})
afterEach(() => rm(mount, { recursive: true }))

async function file(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(mount, path)), { recursive: true })
  await writeFile(join(mount, path), text)
}
const read = (path: string): Promise<string> => readFile(join(mount, path), 'utf8')
const resources = { cpuMillis: 250, memoryBytes: 64 * 2 ** 20 }

async function group(path: string, controllers: string, given: string): Promise<void> {
  await file(`${path}/cgroup.controllers`, controllers)
  await file(`${path}/cgroup.subtree_control`, given)
}

describe('control groups, version 2', () => {
  it('stand at the top for root, get the controllers handed down, and bear the limits', async () => {
    await group('.', 'cpuset cpu io memory pids\n', 'cpu memory pids\n')
    await group('mycelium', 'cpu memory pids\n', '\n')
    await group('mycelium/ada', 'cpu memory pids\n', 'cpu memory pids\n')
    await file('mycelium/ada/x-0-1/memory.swap.max', 'max\n')
    await file('mycelium/ada/x-0-1/memory.oom.group', '0\n')
    await file('mycelium/cpu.weight', '100\n')
    const around = { mount, self: '0::/system.slice/ada.service\n', root: true }
    const groups = await openCgroups(around, 'ada', createSilentLogger())
    expect([...groups.bounds].sort()).toEqual(['cpu', 'memory', 'pids'])
    expect(await read('mycelium/cgroup.subtree_control')).toBe('+memory +cpu +pids')

    expect(groups.foldersOf('x-0-1')).toEqual([join(mount, 'mycelium/ada/x-0-1')])
    await groups.create('x-0-1', resources)
    expect(await read('mycelium/ada/x-0-1/memory.max')).toBe('67108864')
    expect(await read('mycelium/ada/x-0-1/memory.swap.max')).toBe('0')
    expect(await read('mycelium/ada/x-0-1/memory.oom.group')).toBe('1')
    // All programs together come after what the computer's owner runs.
    expect(await read('mycelium/cpu.weight')).toBe('25')
    expect(await read('mycelium/ada/x-0-1/cpu.max')).toBe('25000 100000')
    expect(await read('mycelium/ada/x-0-1/pids.max')).toBe('512')
  })

  it('end all that is in them by one word, where the kernel knows it', async () => {
    await file('new/cgroup.kill', '')
    await file('old/cgroup.procs', '')
    await killGroups([join(mount, 'new'), join(mount, 'old'), join(mount, 'gone')])
    expect(await read('new/cgroup.kill')).toBe('1')
    expect(await readdir(join(mount, 'old'))).toEqual(['cgroup.procs'])
  })

  it('stand beside the own group of an ordinary user, where systemd lets it', async () => {
    const slice = 'user.slice/user@1000.service/app.slice'
    await group('.', 'cpu memory pids\n', 'cpu memory pids\n')
    await group(slice, 'memory pids\n', 'memory pids\n')
    await group(`${slice}/mycelium`, 'memory pids\n', 'memory pids\n')
    await group(`${slice}/mycelium/ada`, 'memory pids\n', 'memory pids\n')
    const around = { mount, self: `0::/${slice}/terminal.scope\n`, root: false }
    const groups = await openCgroups(around, 'ada', createSilentLogger())
    expect([...groups.bounds].sort()).toEqual(['memory', 'pids'])
    expect(groups.foldersOf('x')).toEqual([join(mount, slice, 'mycelium/ada/x')])
  })

  it('bound nothing where they are not ours to make', async () => {
    await group('.', 'cpu memory pids\n', '\n')
    const around = { mount, self: '0::/user.slice/terminal.scope\n', root: false }
    const groups = await openCgroups(around, 'ada', createSilentLogger())
    expect(groups.bounds.size).toBe(0)
    await groups.create('x', resources)
    expect(groups.foldersOf('x')).toEqual([])
  })
})

describe('control groups, version 1', () => {
  it('stand in one tree for each controller', async () => {
    for (const tree of ['memory', 'cpu,cpuacct', 'pids']) {
      await file(`${tree}/mycelium/ada/cgroup.procs`, '')
    }
    await file('memory/mycelium/ada/x/memory.memsw.limit_in_bytes', '')
    await file('cpu,cpuacct/mycelium/cpu.shares', '1024\n')
    const groups = await openCgroups({ mount, self: '', root: true }, 'ada', createSilentLogger())
    expect(await read('cpu,cpuacct/mycelium/cpu.shares')).toBe('256')
    expect([...groups.bounds].sort()).toEqual(['cpu', 'memory', 'pids'])
    await groups.create('x', resources)
    expect(await read('memory/mycelium/ada/x/memory.limit_in_bytes')).toBe('67108864')
    expect(await read('memory/mycelium/ada/x/memory.memsw.limit_in_bytes')).toBe('67108864')
    expect(await read('cpu,cpuacct/mycelium/ada/x/cpu.cfs_quota_us')).toBe('25000')
    expect(await read('pids/mycelium/ada/x/pids.max')).toBe('512')
  })

  it('go with the last node of this machine, and not before', async () => {
    for (const name of ['ada', 'bob']) await file(`pids/mycelium/${name}/cgroup.procs`, '')
    const around = { mount, self: '', root: true }
    for (const [name, left] of [
      ['ada', ['mycelium']],
      ['bob', []],
    ] as const) {
      const groups = await openCgroups(around, name, createSilentLogger())
      // The kernel's files go with their folder; these do not.
      await rm(join(mount, 'pids/mycelium', name, 'cgroup.procs'))
      await groups.close()
      expect(await readdir(join(mount, 'pids'))).toEqual(left)
    }
  })
})
