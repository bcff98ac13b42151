import { mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPABILITIES } from '../../spec/index.ts'
import { changePart } from '../../spec/testing/flat.ts'
import { linesUntil } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import {
  ADA,
  createBench,
  docker,
  engineMissing,
  importImage,
  shell,
} from './testing/test-engine.ts'

const missing = await engineMissing()
const MEMORY_BYTES = 192 * 2 ** 20
const NAMESPACES = ['mnt', 'pid', 'ipc', 'uts', 'net', 'cgroup']

/** What a container sees of itself, and what the engine says of it. */
describe.skipIf(missing)(`the restricted profile${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let bench: Awaited<ReturnType<typeof createBench>>
  let runner: ContainerRunner
  let folder: string
  let inside: Map<string, string>
  type Inspected = Awaited<ReturnType<ReturnType<typeof docker.getContainer>['inspect']>>
  let host: Inspected['HostConfig']
  let config: Inspected['Config']

  beforeAll(async () => {
    await importImage()
    bench = await createBench()
    runner = bench.runner(ADA)
    await runner.start()
    const b = '/bin/busybox'
    const script = [
      `${b} grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status`,
      `echo "procs: $(${b} ls /proc | ${b} grep -cE '^[0-9]+$')"`,
      `echo "links: $(${b} ls /sys/class/net | ${b} tr '\\n' ' ')"`,
      `echo "pids: $(${b} cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || ${b} cat /sys/fs/cgroup/pids.max)"`,
      `echo "memory: $(${b} cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || ${b} cat /sys/fs/cgroup/memory.max)"`,
      `echo "cpu: $(${b} cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us 2>/dev/null | ${b} tr '\\n' ' ')$(${b} cat /sys/fs/cgroup/cpu.max 2>/dev/null)"`,
      `echo "socket: $(${b} ls /var/run/docker.sock 2>/dev/null || echo none)"`,
      `echo "device: $(${b} mknod /x b 8 0 2>/dev/null && echo made || echo refused)"`,
      `echo "mount: $(${b} mount -t tmpfs none /tmp 2>/dev/null && echo made || echo refused)"`,
      `echo "raw: $(${b} ping -c 1 -W 1 127.0.0.1 >/dev/null 2>&1 && echo sent || echo refused)"`,
      `echo "chroot: $(${b} chroot / ${b} true 2>/dev/null && echo made || echo refused)"`,
      ...NAMESPACES.map((name) => `echo "${name}: $(${b} readlink /proc/self/ns/${name})"`),
      `echo "devices: $(${b} ls /dev | ${b} tr '\\n' ' ')"`,
      `echo "disks: $(${b} ls /dev/sda /dev/vda /dev/mem /dev/kmsg /dev/kvm /dev/fuse 2>/dev/null | ${b} wc -l)"`,
      `echo "mounted: $(${b} grep -vE ' (proc|tmpfs|sysfs|cgroup2?|mqueue|devpts|overlay) ' /proc/mounts | ${b} cut -d ' ' -f 2 | ${b} sort | ${b} tr '\\n' ' ')"`,
      `echo "unshare: $(${b} unshare -m ${b} true 2>/dev/null && echo made || echo refused)"`,
      `echo "host: $(${b} ls /proc/1/root/etc/shadow /host /rootfs 2>/dev/null | ${b} wc -l)"`,
      `echo "kernel: $(echo x 2>/dev/null >/proc/sys/kernel/core_pattern && echo written || echo refused)"`,
      `echo "oom: $(${b} cat /proc/self/oom_score_adj)"`,
      `echo "files: $(ulimit -n)"; echo "cores: $(ulimit -c)"`,
      `echo "secret: $PLANTED"`,
      `echo "slot: $MYCELIUM_SLOT"`,
      `echo "door: $MYCELIUM_API $MYCELIUM_TOKEN"`,
      `echo "folder: $(${b} ls /run/mycelium)"`,
      `echo "write: $(${b} touch /run/mycelium/x 2>/dev/null && echo made || echo refused)"`,
      `echo "unlink: $(${b} rm /run/mycelium/api.sock 2>/dev/null && echo gone || echo refused)"`,
      `echo "shm: $(${b} df -k /dev/shm | ${b} awk 'NR==2{print $2}')"`,
      'echo done: yes',
      `exec ${b} sleep 1000`,
    ].join('\n')
    const plain = shell('profile', script, {
      ports: [{ containerPort: 8080, protocol: 'tcp' }],
      resources: { cpuMillis: 250, memoryBytes: MEMORY_BYTES },
      env: {
        PLANTED: 'from the workload',
        MYCELIUM_TOKEN: 'a lie',
        MYCELIUM_API: 'a lie',
        MYCELIUM_SLOT: '7',
      },
    })
    const workload = changePart(plain, { stopSignal: 'SIGQUIT' })
    const id = 'profile-0-test'
    const signal = AbortSignal.timeout(30_000)
    folder = mkdtempSync(path.join(tmpdir(), 'mycelium-door-'))
    writeFileSync(path.join(folder, 'api.sock'), '')
    const access = { folder, token: 'the-token', secrets: {} }
    const request = { id, workload, index: 0, generation: 1, access, signal }
    await runner.run({ ...request, onProgress: () => {} })
    const told = await linesUntil(runner, id, 'done: yes')
    inside = new Map(
      told.map((line) => {
        const cut = line.indexOf(':')
        return [line.slice(0, cut), line.slice(cut + 1).trim()]
      }),
    )
    const { HostConfig, Config } = await docker.getContainer(id).inspect()
    host = HostConfig
    config = Config
  }, 60_000)
  afterAll(async () => {
    await runner?.stop()
    await bench?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it("is in no namespace of the host's", async () => {
    for (const name of NAMESPACES) {
      expect(inside.get(name)).toMatch(new RegExp(`^${name}:\\[`))
      expect(inside.get(name)).not.toBe(readlinkSync(`/proc/self/ns/${name}`))
    }
  })

  /** CHOWN 0, DAC_OVERRIDE 1, FOWNER 3, FSETID 4, KILL 5, SETGID 6, SETUID 7, NET_BIND_SERVICE 10. */
  const GIVEN = '00000000000004fb'

  it('is told its number, whatever the workload says of it', () => {
    expect(inside.get('slot')).toBe('0')
  })
  it('is not privileged', () => {
    expect(host.Privileged).toBe(false)
    const [mount, unshare, kernel] = ['mount', 'unshare', 'kernel'].map((name) => inside.get(name))
    expect([mount, unshare, kernel]).toEqual(['refused', 'refused', 'refused'])
  })
  it('has the capabilities to make its own files and step down, and none beyond', () => {
    expect(host.CapDrop).toEqual(['ALL'])
    expect(host.CapAdd?.map((name: string) => name.replace(/^CAP_/, ''))).toEqual([...CAPABILITIES])
    expect(inside.get('CapEff')).toBe(GIVEN)
    expect(inside.get('CapBnd')).toBe(GIVEN)
  })
  it('forges no packets, and leaves its root for no other', () => {
    expect([inside.get('raw'), inside.get('chroot')]).toEqual(['refused', 'refused'])
  })
  it('gains no new privileges', () => {
    expect(host.SecurityOpt).toEqual(['no-new-privileges:true'])
    expect(inside.get('NoNewPrivs')).toBe('1')
  })
  it("is under the engine's seccomp filter", () => {
    expect(host.SecurityOpt?.join()).not.toContain('seccomp')
    expect(inside.get('Seccomp')).toBe('2')
  })
  it("is not in the host's network", () => {
    expect(host.NetworkMode).toMatch(/^mycelium-/)
    expect(inside.get('links')).not.toContain('docker0')
  })
  it("does not see the host's processes", () => {
    expect(host.PidMode).toBe('')
    expect(Number(inside.get('procs'))).toBeLessThan(8)
  })
  it("does not share the host's IPC, UTS or user namespace", () => {
    expect(host.IpcMode).toBe('private')
    expect(host.UTSMode).toBe('')
    expect(host.UsernsMode).toBe('')
  })
  it('has no host path but the folder of its own door, read-only, and no engine socket', () => {
    expect(host.Binds ?? []).toEqual([])
    const door = { Type: 'bind', Source: folder, Target: '/run/mycelium', ReadOnly: true }
    expect(host.Mounts).toEqual([expect.objectContaining(door)])
    expect(host.Mounts?.[0]?.BindOptions?.Propagation).toBe('rprivate')
    expect(inside.get('folder')).toBe('api.sock')
    expect([inside.get('write'), inside.get('unlink')]).toEqual(['refused', 'refused'])
    expect(host.VolumesFrom ?? []).toEqual([])
    expect([inside.get('socket'), inside.get('host')]).toEqual(['none', '0'])
    // What the engine makes for each container, and the door.
    const own = '/etc/hostname /etc/hosts /etc/resolv.conf /run/mycelium'
    expect(inside.get('mounted')).toBe(own)
  })
  it('has no device', () => {
    expect(host.Devices ?? []).toEqual([])
    expect([inside.get('device'), inside.get('disks')]).toEqual(['refused', '0'])
    const harmless =
      /^(core|fd|full|mqueue|null|ptmx|pts|random|shm|stderr|stdin|stdout|tty|urandom|zero)$/
    const others = inside
      .get('devices')
      ?.split(' ')
      .filter((name) => !harmless.test(name))
    expect(others).toEqual([])
  })
  it('is bounded in memory, with no swap on top', () => {
    expect(host.Memory).toBe(MEMORY_BYTES)
    expect(host.MemorySwap === host.Memory || host.MemorySwap === 0 || host.MemorySwap === -1).toBe(
      true,
    )
    expect(inside.get('memory')).toBe(String(MEMORY_BYTES))
  })
  it('may put half of its memory into /dev/shm, as on a computer of its own', () => {
    expect(inside.get('shm')).toBe(String(MEMORY_BYTES / 2 / 1024))
  })
  it('is bounded in processor time', () => {
    expect(host.NanoCpus).toBe(250_000_000)
    // A busy machine gives less than the bound: how it is set is certain.
    expect(inside.get('cpu')?.trim()).toBe('25000 100000')
  })
  it("comes after the work of the computer's owner, and ends before it where memory ends", () => {
    expect(host.CpuShares).toBe(64)
    expect(Number(inside.get('oom'))).toBeGreaterThan(0)
  })
  it('is bounded in processes, open files and core files', () => {
    expect(host.PidsLimit).toBe(512)
    expect(inside.get('pids')).toBe('512')
    expect(inside.get('files')).toBe('16384')
    expect(inside.get('cores')).toBe('0')
  })
  it('publishes its ports on loopback only', () => {
    const bindings = Object.values(host.PortBindings ?? {}) as { HostIp: string }[][]
    expect(bindings.flat().map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1'])
    expect(host.PublishAllPorts).toBe(false)
  })
  it('is neither restarted nor removed by the engine, and its log is bounded', () => {
    expect(host.RestartPolicy?.Name).toBe('no')
    expect(host.AutoRemove).toBe(false)
    expect(host.LogConfig).toEqual({
      Type: 'json-file',
      Config: { 'max-file': '3', 'max-size': '4m' },
    })
  })
  it('is asked for its health by its node alone, whatever its image says', () => {
    expect(config.Healthcheck?.Test).toEqual(['NONE'])
    expect(config).toMatchObject({ StopSignal: 'SIGQUIT' })
  })
  it('has the environment of its workload, and the way to its node whatever that says', () => {
    expect(inside.get('secret')).toBe('from the workload')
    expect(inside.get('door')).toBe('unix:///run/mycelium/api.sock the-token')
  })
})

describe.skipIf(missing)('a container without a door', () => {
  it('has no host path at all, also where the engine cannot see the folder', async () => {
    await importImage()
    const bench = await createBench()
    const runner = bench.runner(ADA)
    await runner.start()
    try {
      const access = { folder: '/no/such/folder', token: 'the-token', secrets: {} }
      for (const [id, given] of [
        ['doorless-0-test', {}],
        ['unseen-0-test', { access }],
      ] as const) {
        const workload = shell(
          'doorless',
          'echo "door: $MYCELIUM_API"; exec /bin/busybox sleep 1000',
        )
        const request = { id, workload, index: 0, generation: 1, ...given }
        const signal = AbortSignal.timeout(30_000)
        await runner.run({ ...request, signal, onProgress: () => {} })
        const { HostConfig } = await docker.getContainer(id).inspect()
        expect(HostConfig.Mounts ?? []).toEqual([])
        await linesUntil(runner, id, 'door: ')
        await runner.end(id, { graceMs: 0 })
      }
    } finally {
      await runner.stop()
      await bench.close()
    }
  }, 60_000)
})
