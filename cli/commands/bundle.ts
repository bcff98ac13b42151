/** Making, checking and publishing signed bundles, and whom to trust. */
import { openAsBlob } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { readInput, requireFile } from '../input-files.ts'
import type { NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { bytes } from '../text/format.ts'
import { pairs, table } from '../text/table.ts'

export function bundleCommands(program: Command, act: Act): void {
  const bundle = program
    .command('bundle')
    .summary('signed programs')
    .description('Makes, checks and publishes signed programs (.spore files).')
    .addHelpText('after', '\nExample:\n  mycelium bundle build --manifest m.json --program ./app')
  bundle
    .command('keygen')
    .summary('a new publisher key')
    .description('Makes a key to sign bundles with.')
    .option('--out <file>', 'where to write it', 'publisher.key')
    .addHelpText('after', '\nExample:\n  mycelium bundle keygen --out team.key')
    .action(act(keygen))
  bundle
    .command('build')
    .summary('sign a program into a bundle')
    .description('Makes a .spore file of a program and its manifest.')
    .requiredOption('--manifest <file>', 'the manifest as JSON')
    .requiredOption('--program <file>', 'the program')
    .option('--key <file>', 'the key to sign with (default: the one of this home)')
    .option('--out <folder>', 'where to put it', '.')
    .addHelpText('after', '\nExample:\n  mycelium bundle build --manifest m.json --program ./app')
    .action(act(build))
  bundle
    .command('verify')
    .summary('check a bundle')
    .description('Checks the signature and the program of a .spore file.')
    .argument('<file>')
    .addHelpText('after', '\nExample:\n  mycelium bundle verify greeter-1.0.0.spore')
    .action(act(verify))
  bundle
    .command('inspect')
    .summary('what a bundle says of itself')
    .description('Shows the manifest of a .spore file without believing it.')
    .argument('<file>')
    .addHelpText('after', '\nExample:\n  mycelium bundle inspect greeter-1.0.0.spore')
    .action(act(inspect))
  bundle
    .command('publish')
    .summary('offer a bundle to the network')
    .description('Publishes a .spore file of a trusted publisher and prints its digest.')
    .argument('<file>')
    .addHelpText('after', '\nExample:\n  mycelium bundle publish greeter-1.0.0.spore')
    .action(
      act(async (context, [file = '']) => {
        const published = await publishFile(context, await context.node(), file)
        context.answer(published, () => published.digest)
      }),
    )
  bundle
    .command('list')
    .summary('what is published')
    .description('Shows the bundles that are published in this network.')
    .addHelpText('after', '\nExample:\n  mycelium bundle list')
    .action(
      act(async (context) => {
        const node = await context.node()
        const answer = await node.call.bundles.list()
        context.answer(answer, () => published(answer.bundles))
      }),
    )
  bundle
    .command('unpublish')
    .summary('publish a bundle no more')
    .description(
      'Withdraws a bundle that this node published, so that nobody need keep it: `mycelium reclaim` frees ' +
        'its space. Refused while a workload has it, or can go back to a version that has it.',
    )
    .argument('<digest>', 'as `mycelium bundle list` shows it')
    .addHelpText('after', '\nExample:\n  mycelium bundle unpublish sha256:3b96…')
    .action(
      act(async (context, [digest = '']) => {
        const node = await context.node()
        const answer = await node.call.bundles.unpublish({ digest })
        const others = answer.others.map(({ name }) => name).join(', ')
        context.answer(answer, () =>
          others
            ? `This node publishes it no more. It stays published by ${others}.`
            : 'It is published no more. mycelium reclaim frees its space.',
        )
      }),
    )
  for (const name of ['trust', 'untrust'] as const) {
    const what = name === 'trust' ? 'Lets bundles of a publisher run' : 'Trusts a publisher no more'
    bundle
      .command(name)
      .summary(name === 'trust' ? 'trust a publisher' : 'trust it no more')
      .description(`${what} in this network. Needs the permission “admin”.`)
      .argument('<key>', "the publisher's public key, as hex or base64")
      .addHelpText('after', `\nExample:\n  mycelium bundle ${name} d75a98…`)
      .action(
        act(async (context, [key = '']) => {
          const node = await context.node()
          context.answer(await node.call.bundles[name]({ key }), () => `${what}: ${key}`)
        }),
      )
  }
}

function published(bundles: Outputs['bundles']['list']['bundles']): string {
  if (bundles.length === 0) return 'No bundle is published.'
  const rows = bundles.map(({ name, version, sizeBytes, here, trusted, digest }) => {
    const by = here ? 'this node' : 'another'
    return [name, version, bytes(sizeBytes), trusted ? by : `${by}, not trusted`, digest]
  })
  return table(['NAME', 'VERSION', 'SIZE', 'PUBLISHED BY', 'DIGEST'], rows)
}

async function keygen(context: Context, _: string[], options: { out: string }): Promise<void> {
  const { encodePrivateKeyPem, generateKey } = await import('../../node-core/identity/index.ts')
  const { createSystemRandom } = await import('../../node-core/base/random/index.ts')
  const key = generateKey(createSystemRandom())
  const file = path.resolve(options.out)
  // `wx`: a key that is there may be the only copy of it.
  await writeFile(file, encodePrivateKeyPem(key), { mode: 0o600, flag: 'wx' }).catch(
    (error: unknown) => {
      throw new CommandFailure(EXIT.FAILED, 'FILE_EXISTS', `${file} is there already.`, {
        cause: error instanceof Error ? error.message : String(error),
      })
    },
  )
  const publicKey = Buffer.from(key.publicKey).toString('hex')
  context.answer({ file, publicKey }, () => `${file}\n${publicKey}`)
}

async function build(
  context: Context,
  _: string[],
  options: { manifest: string; program: string; key?: string; out: string },
): Promise<void> {
  await requireFile(options.program)
  const { buildBundle, parseManifestDraft } = await import('../../node-core/work/bundles/index.ts')
  const { parsePrivateKeyPem } = await import('../../node-core/identity/index.ts')
  const manifest = parseManifestDraft(await readInput(options.manifest))
  const keyFile = options.key ?? path.join(context.home, 'identity', 'node.key')
  const signer = parsePrivateKeyPem(String(await readInput(keyFile)))
  const built = await buildBundle({
    manifest,
    program: options.program,
    signer,
    createdAt: new Date().toISOString(),
    out: path.resolve(options.out),
  })
  for (const text of unusedWords(manifest.provides ?? [])) context.notice(text)
  context.answer(built, () => built.file)
}

/** What its author may expect of `provides`, and nothing here does. */
function unusedWords(provides: readonly string[]): string[] {
  const others = provides.filter((word) => word !== 'http')
  const named = others.map((word) => `“${word}”`).join(', ')
  return [
    ...(others.length > 0
      ? [`provides: nothing goes by ${named}. Others find a program by the name it is deployed as.`]
      : []),
    ...(provides.includes('http')
      ? []
      : [
          'provides: it does not name “http”, and the program is asked at GET /health all the same. ' +
            'Where it does not answer that, deploy it with --health tcp.',
        ]),
  ]
}

async function verify(context: Context, [file = '']: string[]): Promise<void> {
  await requireFile(file)
  const { verifyBundle } = await import('../../node-core/work/bundles/index.ts')
  // Whether the publisher is trusted is the network's to say, when the bundle is published.
  const { manifest, digest, publisher } = await verifyBundle(file, { trusted: () => true })
  const { name, version } = manifest
  context.answer({ ok: true, name, version, digest, publisher }, () =>
    pairs([
      ['Holds', `${name} ${version}`],
      ['Digest', digest],
      ['Signed by', publisher],
    ]),
  )
}

async function inspect(context: Context, [file = '']: string[]): Promise<void> {
  await requireFile(file)
  const { inspectBundle } = await import('../../node-core/work/bundles/index.ts')
  const { manifest, digest, publisher, sizeBytes } = await inspectBundle(file)
  context.answer({ manifest, digest, publisher, sizeBytes }, () =>
    JSON.stringify(manifest, undefined, 2),
  )
}

/** Streams the file to the node; the node verifies it before it keeps it. */
export async function publishFile(
  context: Context,
  node: NodeClient,
  file: string,
): Promise<Outputs['bundles']['publish']> {
  await requireFile(file)
  const body = await openAsBlob(file)
  context.notice(`Publishing ${path.basename(file)}, ${bytes(body.size)}.`)
  const answer = await node.fetch('/api/bundles', { method: 'POST', body })
  return JSON.parse(await answer.text())
}
