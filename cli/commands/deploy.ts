/** Deploying an image, a bundle or a manifest file, and watching it come up. */
import type { Command } from 'commander'
import { workloadSchema } from '../../node-core/api/contract/index.ts'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { readText } from '../input-files.ts'
import type { Inputs, NodeClient } from '../node-client.ts'
import type { Act } from '../run.ts'
import { collect, durationMs } from '../text/parse.ts'
import { placementText } from '../text/placement.ts'
import { publishFile } from './bundle.ts'
import { deployFrom, deploySeveral, listOf, type SeveralOptions } from './deploy-several.ts'
import { warnOf } from './deploy-warnings.ts'
import { filesOf } from './placed-files.ts'
import { addWaitFlags, answerChanged, deployedText, type WaitFlags } from './waiting.ts'
import { addShapeFlags, type ShapeFlags, shapeOf } from './workload-flags.ts'

interface DeployFlags extends ShapeFlags, WaitFlags {
  image?: string
  bundle?: string
  file?: string
  from?: string
  set?: string[]
  name?: string
  dryRun?: boolean
  readOnly?: boolean
  scratch?: string[]
  volume?: string[]
  user?: string
  workdir?: string
  schema?: boolean
}

export function deployCommands(program: Command, act: Act): void {
  const command = addShapeFlags(
    program
      .command('deploy')
      .summary('run something')
      .description(
        'Runs a container image, a signed bundle, what a manifest file says, or an entry of the catalogue.',
      )
      .argument('[command...]', 'after --: what the container runs instead of its own command')
      .option('--image <ref>', 'a container image')
      .option('--bundle <file-or-digest>', 'a .spore file, published first, or a digest')
      .option(
        '-f, --file <file>',
        'a manifest as JSON, or a list of several; - reads standard input',
      )
      .option('--from <entry>', 'an entry of the catalogue (mycelium catalogue list)')
      .option('--set <key=value>', 'what an entry asks for; repeatable', collect)
      .option('--name <name>', 'what it is called'),
  )
  addWaitFlags(command)
    .option('--read-only', 'a container that writes to volumes and scratch alone')
    .option(
      '--scratch <path:size>',
      'a folder in memory of it, such as /tmp:64Mi; repeatable',
      collect,
    )
    .option(
      '--volume <name:path:size>',
      'data that each copy keeps, such as data:/data:5Gi (a bundle: data:/work/data); repeatable',
      collect,
    )
    .option('--user <user>', 'who runs in the container, such as 1000 or 1000:1000')
    .option('--workdir <path>', 'the folder that its command starts in, such as /srv/app')
    .option('--dry-run', 'only show where it would run')
    .option('--schema', 'print the JSON Schema of a manifest and do nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  mycelium deploy --image web:1 --name web --replicas 3 -p 0:80 --wait\n' +
        '  mycelium deploy --bundle greeter-1.0.0.spore --wait\n' +
        '  mycelium deploy --from wordpress --set name=blog --wait',
    )
    .action(act(deploy))
}

async function deploy(context: Context, command: string[], flags: DeployFlags): Promise<void> {
  if (flags.schema) {
    const schema = workloadSchema()
    context.answer(schema, () => JSON.stringify(schema, undefined, 2))
    return
  }
  mustFit(command, flags)
  const { file, from, set, name, dryRun = false, wait = false } = flags
  const timeoutMs = durationMs('--timeout', flags.timeout)
  const options = { dryRun, wait, timeoutMs }
  const text = file === undefined ? undefined : await readText(file)
  const list = text === undefined ? undefined : listOf(text)
  const node = await context.node()
  if (from !== undefined) {
    const given = { from, ...(set && { set }), ...(name !== undefined && { name }) }
    return await deployFrom(context, node, given, options)
  }
  if (list) return await deployList(context, node, list, { flags, options })
  const input = await inputOf(context, node, { command, flags, text })
  if (dryRun) {
    const preview = await node.call.workloads.preview(input)
    context.answer(preview, () => placementText(preview.name, preview.slots, preview.conditions))
    return
  }
  const deployed = await node.call.workloads.deploy(input)
  await warnOf(context, node, deployed)
  const said = deployedText(deployed)
  if (wait && deployed.existed) context.notice(said)
  await answerChanged(context, node, deployed, { wait: flags.wait, timeoutMs, said })
}

/** Exactly one thing says what to run, and nothing stands beside it that it cannot take. */
function mustFit(command: string[], flags: DeployFlags): void {
  const { image, bundle, file, from, set, readOnly, scratch, volume, user, workdir } = flags
  const given = [image, bundle, file, from].filter((each) => each !== undefined)
  if (given.length !== 1) throw wrongUsage('Say what to run: one of --image, --bundle, -f, --from.')
  if (command.length > 0 && image === undefined) throw wrongUsage('A command needs --image.')
  if ((readOnly ?? scratch ?? user ?? workdir) !== undefined && image === undefined) {
    const names = '--read-only, --scratch, --user and --workdir'
    throw wrongUsage(`${names} need --image; a manifest says them itself.`)
  }
  if (volume !== undefined && (image ?? bundle) === undefined) {
    throw wrongUsage('--volume needs --image or --bundle; a manifest says it itself.')
  }
  if (set && from === undefined) throw wrongUsage('--set needs --from.')
  if (from !== undefined && isShaped(flags)) {
    throw wrongUsage('An entry of the catalogue says the rest itself: change it by --set.')
  }
}

function isShaped(flags: DeployFlags): boolean {
  return Object.keys(shapeOf(flags)).length > 0 || flags.place !== undefined
}

async function deployList(
  context: Context,
  node: NodeClient,
  list: readonly unknown[],
  { flags, options }: { flags: DeployFlags; options: SeveralOptions },
): Promise<void> {
  if (isShaped(flags) || flags.name !== undefined) {
    throw wrongUsage('A list of manifests says all of each: flags beside it speak of one.')
  }
  const bodies = list.map((each) => {
    const name: unknown = Reflect.get(Object(each), 'name')
    return { manifest: JSON.stringify(each), ...(typeof name === 'string' && { name }) }
  })
  await deploySeveral(context, node, bodies, options)
}

async function inputOf(
  context: Context,
  node: NodeClient,
  { command, flags, text }: { command: string[]; flags: DeployFlags; text: string | undefined },
): Promise<Inputs['workloads']['deploy']> {
  const { image, bundle, readOnly, scratch, user, workdir } = flags
  const { ports, ...shape } = shapeOf(flags)
  const files = await filesOf(flags)
  const kept = flags.volume && {
    volumes: flags.volume.map((text) => volumeOf(text).volume),
    mounts: flags.volume.map((text) => volumeOf(text).mount),
  }
  const named = { ...shape, ...files, ...(flags.name !== undefined && { name: flags.name }) }
  if (image !== undefined) {
    const container = {
      image,
      ...(ports && { ports }),
      ...(command.length > 0 && { command }),
      ...(readOnly && { readOnlyRoot: true }),
      ...(scratch && { scratch: scratch.map(scratchOf) }),
      ...(user !== undefined && { user }),
      ...(workdir !== undefined && { workingDir: workdir }),
      ...(kept && { mounts: kept.mounts }),
    }
    const volumes = kept && { volumes: kept.volumes }
    return { ...named, ...volumes, containers: [container] }
  }
  const beside = { ...named, ...(ports && { ports }) }
  if (text !== undefined) return { ...beside, manifest: text }
  if (bundle?.startsWith('sha256:')) return { ...beside, ...kept, bundle }
  const published = await publishFile(context, node, bundle ?? '')
  return { name: published.name, ...beside, ...kept, bundle: published.digest }
}

/** `/tmp`, or `/tmp:64Mi`. */
function scratchOf(text: string): { path: string; size?: string } {
  const [, path = text, size] = /^(.+):([^:/]+)$/.exec(text) ?? []
  return { path, ...(size !== undefined && { size }) }
}

/** `data:/data`, or `data:/data:5Gi`. */
function volumeOf(text: string) {
  const [, name, path, size] = /^([^:]+):(\/[^:]*)(?::([^:]+))?$/.exec(text) ?? []
  if (name === undefined || path === undefined) {
    throw wrongUsage(
      `--volume: “${text}” is not NAME:PATH or NAME:PATH:SIZE, such as data:/data:5Gi.`,
    )
  }
  return {
    mount: { volume: name, path },
    volume: { name, ...(size !== undefined && { size }) },
  }
}
