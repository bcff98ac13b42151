/** Changing what runs: by flags that name fields, or by a whole manifest in the place of what was. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { readText } from '../input-files.ts'
import type { Inputs, NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { changeText } from '../text/change-text.ts'
import { durationMs } from '../text/parse.ts'
import { publishFile } from './bundle.ts'
import { warnOf } from './deploy-warnings.ts'
import { partOf } from './one-part.ts'
import { filesOf } from './placed-files.ts'
import { addWaitFlags, answerChanged, type WaitFlags } from './waiting.ts'
import { addShapeFlags, type ShapeFlags, shapeOf } from './workload-flags.ts'

interface UpdateFlags extends ShapeFlags, WaitFlags {
  image?: string
  bundle?: string
  file?: string
  part?: string
  dryRun?: boolean
}

export function updateCommand(program: Command, act: Act): void {
  const updating = addShapeFlags(
    program
      .command('update')
      .summary('change a workload')
      .description(
        'Changes the fields that are given; the new version takes over as --rollout says. ' +
          'Variables, ports, labels and files take the place of all that were there. With -f all of ' +
          'it becomes what the manifest says: what that leaves out goes back to what it is unless ' +
          'said, but how many copies there are, and a pause.',
      )
      .argument('<name>')
      .option('-f, --file <file>', 'a whole manifest as JSON; - reads standard input')
      .option('--image <ref>', 'another container image, or what it names by now')
      .option(
        '--part <container>',
        'which of several containers the image, variables, ports, files, amounts and check are of',
      )
      .option(
        '--bundle <file-or-digest>',
        'another bundle: a .spore file, published first, or a digest',
      ),
  )
  addWaitFlags(updating)
    .option('--dry-run', 'only show what would change')
    .addHelpText(
      'after',
      '\nExamples:\n  mycelium update web --image web:2 -e MODE=fast\n' +
        '  mycelium update web --part app --image app:2 -e MODE=fast\n' +
        '  mycelium update web -f web.json --dry-run\n' +
        '  mycelium import compose.yaml --out manifests && mycelium update web -f manifests/web.json',
    )
    .action(act(update))
}

async function update(context: Context, [name = '']: string[], flags: UpdateFlags): Promise<void> {
  const said = { name, ...(await changeOf(flags)) }
  const timeoutMs = durationMs('--timeout', flags.timeout)
  const node = await context.node()
  const meant = flags.part === undefined ? said : await partOf(node, flags.part, said)
  const change = await withDigest(context, node, meant)
  if (flags.dryRun) {
    const differences = await node.call.workloads.differences(change)
    context.answer(differences, () => differencesText(name, differences))
    return
  }
  const agreed = flags.file === undefined ? change : await reported(context, node, change)
  // A version of its own for nothing would be one more to step back over.
  const changed = agreed
    ? await node.call.workloads.change(agreed)
    : await node.call.workloads.get({ name })
  await warnOf(context, node, changed)
  const { generation } = changed
  const text = agreed ? `${name} is now at generation ${generation}.` : `${name} is as it was.`
  await answerChanged(context, node, changed, { wait: flags.wait, timeoutMs, said: text })
}

type Change = Inputs['workloads']['change']

/** A file is published first, as `deploy` does it. */
async function withDigest(context: Context, node: NodeClient, change: Change): Promise<Change> {
  const { bundle } = change
  if (bundle === undefined || bundle.startsWith('sha256:')) return change
  return { ...change, bundle: (await publishFile(context, node, bundle)).digest }
}

async function changeOf(flags: UpdateFlags): Promise<Omit<Change, 'name'>> {
  const { image, bundle, file } = flags
  if (file !== undefined && (image ?? bundle) !== undefined) {
    throw wrongUsage('A manifest says itself what to run: leave --image and --bundle out.')
  }
  if (flags.part !== undefined && (file ?? bundle) !== undefined) {
    throw wrongUsage('--part is one of several containers: leave -f and --bundle out.')
  }
  const change = {
    ...shapeOf(flags),
    ...(await filesOf(flags)),
    ...(image !== undefined && { image }),
    ...(bundle !== undefined && { bundle }),
    ...(file !== undefined && { manifest: await readText(file) }),
  }
  if (Object.keys(change).length > 0) return change
  throw wrongUsage('Say what to change, such as --image or --replicas, or with -f all of it.')
}

/**
 * Of a whole nobody sees at a glance what is new in it: it is told first, and what was told is what
 * is done or nothing. Undefined where nothing changes.
 */
async function reported(
  context: Context,
  node: NodeClient,
  change: Change,
): Promise<Change | undefined> {
  const differences = await node.call.workloads.differences(change)
  context.notice(differencesText(change.name, differences))
  if (differences.changes.length === 0) return undefined
  return { ...change, generation: differences.generation }
}

function differencesText(
  name: string,
  { changes, replaces }: Outputs['workloads']['differences'],
): string {
  if (changes.length === 0) return `Nothing of ${name} changes.`
  const lines = changes.map((change) => `  ${changeText(change)}`)
  const copies = replaces ? 'its copies are replaced' : 'its copies stay'
  return `Of ${name} this changes, and ${copies}:\n${lines.join('\n')}`
}
