/** What instances use, seen twice so that rates can be told. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { bytes, duration } from '../text/format.ts'
import { table } from '../text/table.ts'

export function statsCommand(program: Command, act: Act): void {
  program
    .command('stats')
    .summary('what instances use of processor, memory and network')
    .description('Shows what each instance in reach uses: of one workload, or of all.')
    .argument('[name]', 'one workload')
    .addHelpText('after', '\nExample:\n  mycelium stats web')
    .action(act(stats))
}

type Usage = Outputs['workloads']['usage']

/** Readings of one node are good for a second; two of the same would make no rate. */
const BETWEEN_MS = 1_200

/** With --json one reading, as the HTTP route gives it; of all workloads by their names. */
async function stats(context: Context, [name]: string[]): Promise<void> {
  const node = await context.node()
  const names = name === undefined ? await allNames(node) : [name]
  const before = await readings(node, names)
  if (context.json) {
    const document = name === undefined ? Object.fromEntries(before) : before.get(name)
    return context.answer(document, () => '')
  }
  await pause(BETWEEN_MS)
  const after = await readings(node, names)
  const rows = [...after].flatMap(([each, usage]) => rowsOf(before.get(each), usage))
  context.answer(undefined, () => {
    if (rows.length === 0) return 'Nothing in reach runs.'
    // Hardly any has one.
    const leases = [...after].some(([, { instances }]) =>
      instances.some(({ gpuSeconds }) => gpuSeconds),
    )
    const head = ['INSTANCE', 'NODE', 'CPU', 'MEMORY', 'IN', 'OUT', 'RESTARTS', 'GPU LEASED']
    const shown = (row: string[]): string[] => (leases ? row : row.slice(0, -1))
    return table(shown(head), rows.map(shown))
  })
}

async function allNames(node: NodeClient): Promise<string[]> {
  const { workloads } = await node.call.workloads.list()
  return workloads.map(({ name }) => name)
}

async function readings(node: NodeClient, names: readonly string[]): Promise<Map<string, Usage>> {
  const read = names.map(async (name) => [name, await node.call.workloads.usage({ name })] as const)
  return new Map(await Promise.all(read))
}

function rowsOf(before: Usage | undefined, { limits, instances }: Usage): string[][] {
  return [...instances]
    .sort((a, b) => a.index - b.index)
    .map((one) => {
      const earlier = before?.instances.find(({ instance }) => instance === one.instance)
      const most = limits === undefined ? '' : ` of ${bytes(limits.memoryBytes)}`
      return [
        one.instance,
        one.nodeName,
        cpuText(earlier, one),
        `${bytes(one.memoryBytes)}${most}`,
        trafficText(earlier, one, 'receivedBytes'),
        trafficText(earlier, one, 'sentBytes'),
        String(one.restarts),
        one.gpuSeconds === undefined ? '' : duration(one.gpuSeconds),
      ]
    })
}

/** Since its start, and each second. Of a program of a node that is not root nobody counts them. */
function trafficText(
  before: Usage['instances'][number] | undefined,
  after: Usage['instances'][number],
  which: 'receivedBytes' | 'sentBytes',
): string {
  const [earlier, now] = [before?.[which], after[which]]
  if (now === undefined) return 'not known'
  const ms = before ? Date.parse(after.at) - Date.parse(before.at) : 0
  if (earlier === undefined || ms <= 0 || now < earlier) return bytes(now)
  return `${bytes(now)}, ${bytes(((now - earlier) / ms) * 1_000)}/s`
}

/** Of one core. Unknown for what has just come, or was started again between the two. */
function cpuText(
  before: Usage['instances'][number] | undefined,
  after: Usage['instances'][number],
): string {
  const ms = before ? Date.parse(after.at) - Date.parse(before.at) : 0
  const used = before ? after.cpuSeconds - before.cpuSeconds : -1
  return ms <= 0 || used < 0 ? '-' : `${((used / ms) * 100_000).toFixed(1)} %`
}
