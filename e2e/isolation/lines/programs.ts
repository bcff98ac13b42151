/** What bounds programs and what they are shut into, line by line. */
import { execFileSync } from 'node:child_process'
import { LANDLOCK } from '../../../node-core/work/runners/process/landlock.ts'
import { PIDS_MAX } from '../../../node-core/work/runners/process/limits.ts'
import {
  type Bench,
  openBench,
  requestFor,
} from '../../../node-core/work/runners/process/testing/bench.ts'
import { until } from '../../../node-core/work/runners/runner.suite.ts'
import {
  counted,
  type Line,
  MEBIBYTE,
  MEMORY_MOST,
  nears,
  PATIENCE_MS,
  PROCESSES,
  share,
  wrote,
} from './line.ts'

const CPU_MS = 6_000
const DISK_BYTES = 64 * MEBIBYTE
const RESOURCES = { cpuMillis: 1_000, memoryBytes: 64 * MEBIBYTE, diskBytes: DISK_BYTES }
/** Of a kernel, by name: no program is kept to it. */
const UNKNOWN = 'mycelium-no-such-profile'

type Runner = ReturnType<Bench['runner']>

export async function programLines(tell: (line: Line) => void): Promise<void> {
  const bench = await openBench()
  const runner = bench.runner()
  const say = (name: string, found: string, holds: boolean) =>
    tell({ kind: 'program', name, found, holds })
  try {
    await runner.start()
    const answer = await runner.available()
    if (answer.ok) for (const note of answer.notes ?? []) console.log(`note   ${note}`)
    for (const look of [memory, processes, processor, disk, readOnly, appArmor, landlock]) {
      await look({ bench, runner, say }).catch((error) => say(look.name, String(error), false))
    }
  } finally {
    await bench.close()
  }
}

interface Ground {
  bench: Bench
  runner: Runner
  say: (name: string, found: string, holds: boolean) => void
}

interface How {
  resources?: Partial<typeof RESOURCES>
  security?: { lsm_profile: string; read_only_fs: boolean }
}

async function started({ bench, runner }: Ground, script: string, how: How = {}): Promise<string> {
  const resources = { ...RESOURCES, ...how.resources }
  const text = `#!/bin/sh\n${script}`
  const manifest = how.security ? { security: how.security } : {}
  const workload = await bench.bundles.workload('greedy', text, { resources }, manifest)
  const request = requestFor(workload, { signal: AbortSignal.timeout(PATIENCE_MS) })
  await runner.run(request)
  return request.id
}

async function memory(ground: Ground): Promise<void> {
  const { bench, runner, say } = ground
  const exits: string[] = []
  runner.onExit((id) => exits.push(id))
  // Little by little: its groups go with it, and what they counted.
  const id = await started(ground, 'while head -c 1M /dev/zero; do sleep 0.05; done | tail -c 200M')
  const { cgroups } = await bench.recordOf(id)
  let most = 0
  await until(() => {
    most = Math.max(most, counted(cgroups, MEMORY_MOST) || 0)
    return exits.includes(id)
  }, PATIENCE_MS)
  const one = (await runner.list()).find((each) => each.id === id)
  const ended = one?.state === 'exited' && one.exitCode === 137
  const holds = ended && nears(most, RESOURCES.memoryBytes)
  say('memory hog', `${share(most, RESOURCES.memoryBytes)}, ended with ${one?.exitCode}`, holds)
  await runner.end(id, { graceMs: 0 })
}

async function processes(ground: Ground): Promise<void> {
  const { bench, runner, say } = ground
  const more = PIDS_MAX + 100
  const wait = `mkfifo never; i=0; while [ $i -lt ${more} ]; do (read x <never) & i=$((i+1)); done`
  const bomb = `(${wait}; echo all) 2>&1 | head -n 1; echo done; sleep 1000`
  const id = await started(ground, bomb, { resources: { memoryBytes: 512 * MEBIBYTE } })
  const [said = ''] = await wrote(runner, id)
  const { cgroups } = await bench.recordOf(id)
  const most = counted(cgroups, ['pids.peak', ...PROCESSES])
  say('fork bomb', `${share(most, PIDS_MAX)}, "${said}"`, /fork/i.test(said) && most <= PIDS_MAX)
  await runner.end(id, { graceMs: 0 })
}

async function processor(ground: Ground): Promise<void> {
  const { runner, say } = ground
  const spin = 'while :; do :; done'
  const id = await started(ground, `(${spin}) & (${spin}) & ${spin}`, {
    resources: { cpuMillis: 300 },
  })
  const used = async () => (await runner.usage()).find((one) => one.id === id)?.cpuSeconds ?? 0
  const [before, beganMs] = [await used(), performance.now()]
  await new Promise((resolve) => setTimeout(resolve, CPU_MS))
  const part = ((await used()) - before) / ((performance.now() - beganMs) / 1_000)
  say('burner', share(part, 0.3), part > 0 && part <= 0.3 * 1.05)
  await runner.end(id, { graceMs: 0 })
}

async function disk(ground: Ground): Promise<void> {
  const { runner, say } = ground
  const fill = 'dd if=/dev/zero of=big bs=1M count=200 2>&1 | grep -o "No space left on device"'
  const id = await started(ground, `${fill}; stat -c %b big; echo done; sleep 1000`)
  const [said = '', blocks] = await wrote(runner, id)
  const bytes = Number(blocks) * 512
  const why = (await runner.list()).find((one) => one.id === id)?.endedFor?.message
  const found = why ?? `${share(bytes, DISK_BYTES)}, "${said}"`
  say('disk filler', found, nears(bytes, DISK_BYTES))
  await runner.end(id, { graceMs: 0 })
}

/** In its own folder, in the folder for what passes, and where others' things are. */
const WRITES = ['/work/x', '/tmp/x', '/dev/shm/x', '/usr/x', '/etc/x', '/program/x']

async function written(ground: Ground, how: How): Promise<{ to: string[]; context: string }> {
  const tries = WRITES.map((at) => `(: >${at}) 2>/dev/null && echo ${at}`).join('; ')
  const context = 'echo "context: $(cat /proc/self/attr/current 2>/dev/null)"'
  const id = await started(ground, `${tries}; ${context}; echo done; sleep 1000`, how)
  const lines = await wrote(ground.runner, id)
  await ground.runner.end(id, { graceMs: 0 })
  const to = lines.filter((line) => line.startsWith('/'))
  return { to, context: lines.find((line) => line.startsWith('context: '))?.slice(9) ?? '' }
}

async function readOnly(ground: Ground): Promise<void> {
  const plain = await written(ground, {})
  const strict = await written(ground, { security: { lsm_profile: '', read_only_fs: true } })
  const holds =
    plain.to.join() === '/work/x,/tmp/x,/dev/shm/x' && strict.to.join() === '/tmp/x,/dev/shm/x'
  ground.say('shelter', `written: ${plain.to.join(' ')}`, holds)
  ground.say('read_only_fs', `written: ${strict.to.join(' ')}`, holds)
}

async function refusal(ground: Ground, profile: string): Promise<string> {
  const how = { security: { lsm_profile: profile, read_only_fs: false } }
  return started(ground, 'sleep 1000', how).then(
    () => 'it was started',
    (error) => (error instanceof Error ? error.message : String(error)),
  )
}

async function appArmor(ground: Ground): Promise<void> {
  const unknown = await refusal(ground, UNKNOWN)
  ground.say('lsm_profile, one that is not there', unknown, unknown.includes(UNKNOWN))
  const [profile, file] = ['mycelium-isolation', '/tmp/mycelium-isolation.profile']
  const rules = `profile ${profile} flags=(chroot_relative) {\n  file,\n  deny /tmp/x w,\n  deny /work/x w,\n}\n`
  try {
    execFileSync('/bin/sh', ['-c', `cat >${file}; apparmor_parser -r ${file}`], {
      ...{ input: rules, stdio: ['pipe', 'ignore', 'ignore'] },
    })
  } catch {
    ground.say('lsm_profile, AppArmor', 'this kernel has none', /no AppArmor/.test(unknown))
    return
  }
  const how = { security: { lsm_profile: profile, read_only_fs: false } }
  const { to, context } = await written(ground, how)
  const holds = context === `${profile} (enforce)` && to.join() === '/dev/shm/x'
  ground.say('lsm_profile, AppArmor', `${context}; written: ${to.join(' ')}`, holds)
}

async function landlock(ground: Ground): Promise<void> {
  const answer = await ground.runner.available()
  const notes = answer.ok ? (answer.notes ?? []).join(' ') : ''
  if (/Landlock/.test(notes)) {
    const said = await refusal(ground, LANDLOCK)
    ground.say('lsm_profile, Landlock', said, said.includes(LANDLOCK))
    return
  }
  const how = { security: { lsm_profile: LANDLOCK, read_only_fs: false } }
  const { to } = await written(ground, how)
  const proc = await comm(ground, how)
  const holds = to.join() === '/work/x,/tmp/x,/dev/shm/x' && proc === 'refused'
  ground.say('lsm_profile, Landlock', `written: ${to.join(' ')}; /proc: ${proc}`, holds)
}

/** What nothing but Landlock keeps a program from: writing down a name for itself. */
async function comm(ground: Ground, how: How): Promise<string> {
  const look = '(echo x >/proc/self/comm) 2>/dev/null && echo written || echo refused'
  const id = await started(ground, `${look}; echo done; sleep 1000`, how)
  const [said = ''] = await wrote(ground.runner, id)
  await ground.runner.end(id, { graceMs: 0 })
  return said
}
