/** Deploying an image, a bundle or a manifest file, and watching it come up. */
import type { Command } from 'commander'
import { workloadSchema } from '../../node-core/api/contract/index.ts'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, wrongUsage } from '../exit-codes.ts'
import { readText } from '../input-files.ts'
import { POLL_PERIOD_MS } from '../limits.ts'
import type { Inputs, NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { collect, durationMs } from '../text/parse.ts'
import { publishFile } from './bundle.ts'
import { filesOf } from './placed-files.ts'
import { addShapeFlags, egressWarning, type ShapeFlags, shapeOf } from './workload-flags.ts'
import { placementText } from './workloads.ts'

interface DeployFlags extends ShapeFlags {
  image?: string
  bundle?: string
  file?: string
  name?: string
  wait?: boolean
  timeout: string
  dryRun?: boolean
  readOnly?: boolean
  scratch?: string[]
  schema?: boolean
}

export function deployCommands(program: Command, act: Act): void {
  addShapeFlags(
    program
      .command('deploy')
      .summary('run something')
      .description('Runs a container image, a signed bundle, or what a manifest file says.')
      .argument('[command...]', 'after --: what the container runs instead of its own command')
      .option('--image <ref>', 'a container image')
      .option('--bundle <file-or-digest>', 'a .spore file, published first, or a digest')
      .option('-f, --file <file>', 'a manifest as JSON; - reads standard input')
      .option('--name <name>', 'what it is called'),
  )
    .option('--read-only', 'a container that writes to volumes and scratch alone')
    .option(
      '--scratch <path:size>',
      'a folder in memory of it, such as /tmp:64Mi; repeatable',
      collect,
    )
    .option('--wait', 'wait until every copy runs and is healthy')
    .option('--timeout <duration>', 'how long --wait waits', '5m')
    .option('--dry-run', 'only show where it would run')
    .option('--schema', 'print the JSON Schema of a manifest and do nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  mycelium deploy --image web:1 --name web --replicas 3 -p 0:80 --wait\n' +
        '  mycelium deploy --bundle greeter-1.0.0.spore --wait',
    )
    .action(act(deploy))
}

async function deploy(context: Context, command: string[], flags: DeployFlags): Promise<void> {
  if (flags.schema) {
    const schema = workloadSchema()
    context.answer(schema, () => JSON.stringify(schema, undefined, 2))
    return
  }
  const node = await context.node()
  const input = await inputOf(context, node, command, flags)
  if (flags.dryRun) {
    const preview = await node.call.workloads.preview(input)
    context.answer(preview, () => placementText(preview.slots))
    return
  }
  const timeoutMs = durationMs('--timeout', flags.timeout)
  const deployed = await node.call.workloads.deploy(input)
  warn(context, deployed)
  if (!flags.wait) {
    context.answer(
      deployed,
      () => `${deployed.name} is deployed. See: mycelium ps ${deployed.name}`,
    )
    return
  }
  const done = await waitUntilRunning(context, node, deployed, timeoutMs)
  context.answer(done, () => {
    if (done.status === 'Scheduled')
      return `${done.name} runs when it is due, next at ${done.job?.nextRunAt ?? 'no time'}`
    if (done.status === 'Asleep') return `${done.name} is asleep; the next request wakes it`
    if (done.status === 'Succeeded') return `${done.name} has ended, with exit code 0`
    const where = done.url === undefined ? '' : ` at ${done.url}`
    return `${done.name} runs ${done.running_instances} of ${done.replicas}${where}`
  })
}

function warn(context: Context, deployed: Workload): void {
  const warning = egressWarning(deployed)
  if (warning) context.notice(warning)
}

async function inputOf(
  context: Context,
  node: NodeClient,
  command: string[],
  flags: DeployFlags,
): Promise<Inputs['workloads']['deploy']> {
  const { image, bundle, file } = flags
  const given = [image, bundle, file].filter((each) => each !== undefined)
  if (given.length !== 1) throw wrongUsage('Say what to run: one of --image, --bundle, -f.')
  if (command.length > 0 && image === undefined) throw wrongUsage('A command needs --image.')
  const { readOnly, scratch } = flags
  if ((readOnly || scratch) && image === undefined) {
    throw wrongUsage('--read-only and --scratch need --image; a manifest says them itself.')
  }
  const { ports, ...shape } = shapeOf(flags)
  const files = await filesOf(flags)
  const named = { ...shape, ...files, ...(flags.name !== undefined && { name: flags.name }) }
  if (image !== undefined) {
    const container = {
      image,
      ...(ports && { ports }),
      ...(command.length > 0 && { command }),
      ...(readOnly && { readOnlyRoot: true }),
      ...(scratch && { scratch: scratch.map(scratchOf) }),
    }
    return { ...named, containers: [container] }
  }
  const beside = { ...named, ...(ports && { ports }) }
  if (file !== undefined) return { ...beside, manifest: await readText(file) }
  if (bundle?.startsWith('sha256:')) return { ...beside, bundle }
  const published = await publishFile(context, node, bundle ?? '')
  return { name: published.name, ...beside, bundle: published.digest }
}

/** `/tmp`, or `/tmp:64Mi`. */
function scratchOf(text: string): { path: string; size?: string } {
  const [, path = text, size] = /^(.+):([^:/]+)$/.exec(text) ?? []
  return { path, ...(size !== undefined && { size }) }
}

type Workload = Outputs['workloads']['get']

/** There is nothing to be waited for. */
const IS_DONE: ReadonlySet<Workload['status']> = new Set(['Succeeded', 'Scheduled', 'Asleep'])

/** Says every real step once, as the nodes tell it. */
async function waitUntilRunning(
  context: Context,
  node: NodeClient,
  deployed: Workload,
  timeoutMs: number,
): Promise<Workload> {
  const { name } = deployed
  const endMs = performance.now() + timeoutMs
  const said = new Set<string>()
  let seen = deployed
  for (;;) {
    for (const step of stepsOf(seen)) {
      if (!said.has(step)) context.notice(step)
      said.add(step)
    }
    if (IS_DONE.has(seen.status)) return seen
    if (seen.job && seen.status === 'Failed') {
      const why = seen.conditions.map(({ message }) => message).join(' ')
      throw new CommandFailure(EXIT.FAILED, 'RUN_FAILED', `${name} has failed. ${why}`.trim(), seen)
    }
    if (seen.status === 'Running' && seen.running_instances === seen.replicas) return seen
    if (performance.now() > endMs) {
      const why = seen.conditions.map(({ message }) => message).join(' ')
      const message = `${name} runs ${seen.running_instances} of ${seen.replicas}. ${why}`.trim()
      throw new CommandFailure(EXIT.TIMED_OUT, 'TIMED_OUT', message, seen.conditions)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_PERIOD_MS))
    seen = await node.call.workloads.get({ name })
  }
}

function stepsOf(workload: Workload): string[] {
  const steps = workload.instances.map((each) => {
    const what = each.progress ?? each.reason?.message ?? healthStep(each)
    return `replica ${each.index} on ${each.nodeName}: ${what}`
  })
  return [...steps, ...workload.conditions.map(({ message }) => message)]
}

function healthStep({ status, health }: Workload['instances'][number]): string {
  return status === 'Running' ? `running, ${health}` : status.toLowerCase()
}
