/** Deploying an image, a bundle or a manifest file, and watching it come up. */
import type { Command } from 'commander'
import { workloadSchema } from '../../node-core/api/contract/index.ts'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { readText } from '../input-files.ts'
import type { Inputs, NodeClient } from '../node-client.ts'
import type { Act } from '../run.ts'
import { collect, durationMs } from '../text/parse.ts'
import { publishFile } from './bundle.ts'
import { warnOfEgress } from './egress-warning.ts'
import { filesOf } from './placed-files.ts'
import { addWaitFlags, answerChanged, type WaitFlags } from './waiting.ts'
import { addShapeFlags, type ShapeFlags, shapeOf } from './workload-flags.ts'
import { placementText } from './workloads.ts'

interface DeployFlags extends ShapeFlags, WaitFlags {
  image?: string
  bundle?: string
  file?: string
  name?: string
  dryRun?: boolean
  readOnly?: boolean
  scratch?: string[]
  schema?: boolean
}

export function deployCommands(program: Command, act: Act): void {
  const command = addShapeFlags(
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
  addWaitFlags(command)
    .option('--read-only', 'a container that writes to volumes and scratch alone')
    .option(
      '--scratch <path:size>',
      'a folder in memory of it, such as /tmp:64Mi; repeatable',
      collect,
    )
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
    context.answer(preview, () => placementText(preview.slots, preview.conditions))
    return
  }
  const timeoutMs = durationMs('--timeout', flags.timeout)
  const deployed = await node.call.workloads.deploy(input)
  await warnOfEgress(context, node, deployed)
  const said = `${deployed.name} is deployed. See: mycelium ps ${deployed.name}`
  await answerChanged(context, node, deployed, { wait: flags.wait, timeoutMs, said })
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
