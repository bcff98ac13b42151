/** What programs use: by their control groups where they have some, else by their processes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface GroupUse {
  /** Undefined where the groups count nothing of the kind. */
  cpuSeconds: number | undefined
  memoryBytes: number | undefined
}

export async function groupUse(groups: readonly string[]): Promise<GroupUse> {
  const use: GroupUse = { cpuSeconds: undefined, memoryBytes: undefined }
  for (const group of groups) {
    use.cpuSeconds ??= await groupCpuSeconds(group)
    use.memoryBytes ??= await groupMemory(group)
  }
  return use
}

async function groupCpuSeconds(group: string): Promise<number | undefined> {
  const unified = /^usage_usec (\d+)$/m.exec(await textOf(join(group, 'cpu.stat')))
  if (unified) return Number(unified[1]) / 1e6
  const legacy = /^\d+$/.exec((await textOf(join(group, 'cpuacct.usage'))).trim())
  return legacy ? Number(legacy[0]) / 1e9 : undefined
}

async function groupMemory(group: string): Promise<number | undefined> {
  for (const file of ['memory.current', 'memory.usage_in_bytes']) {
    const text = (await textOf(join(group, file))).trim()
    if (!/^\d+$/.test(text)) continue
    const cached = /^(?:total_)?inactive_file (\d+)$/m.exec(
      await textOf(join(group, 'memory.stat')),
    )
    return Math.max(0, Number(text) - Number(cached?.[1] ?? 0))
  }
  return undefined
}

function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '')
}
