/** Bringing what was written for something else: the report first, then what is asked for. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, wrongUsage } from '../exit-codes.ts'
import { readInput, readText } from '../input-files.ts'
import type { Inputs, Outputs } from '../node-client.ts'
import { writeNewFile } from '../output-files.ts'
import type { Act } from '../run.ts'
import { collect, durationMs, keyValues } from '../text/parse.ts'
import { table } from '../text/table.ts'
import { deployAll } from './deploy-several.ts'
import { contentOf } from './placed-files.ts'
import { deployedText, doneText, WAIT_TIMEOUT } from './waiting.ts'

type Imported = Outputs['workloads']['import']
type Files = NonNullable<Inputs['workloads']['import']['files']>

interface ImportFlags {
  format?: Inputs['workloads']['import']['format']
  var?: string[]
  envFile?: string
  with?: string[]
  secretsInTheOpen?: boolean
  deploy?: boolean
  wait?: boolean
  timeout: string
  out?: string
}

export function importCommand(program: Command, act: Act): void {
  program
    .command('import')
    .summary('bring a compose file, docker run lines or Kubernetes YAML')
    .description(
      'Says line by line what would be kept, changed, ignored or refused here. Deploys only when told to.',
    )
    .argument('<file>', 'the file; - reads standard input')
    .addOption(
      new Option('--format <format>', 'what it is (default: told from the text)').choices([
        ...['compose', 'docker-run', 'kubernetes'],
      ]),
    )
    .option('--var <name=value>', 'fills in a variable; repeatable', collect)
    .option(
      '--env-file <file>',
      'variables, one NAME=VALUE a line (default: .env beside a compose file)',
    )
    .option('--with <file>', 'a file that it names or mounts to be read; repeatable', collect)
    .option('--secrets-in-the-open', 'values of Kubernetes Secrets may stand in the manifests')
    .option('--deploy', 'deploy what came out')
    .option(
      '--wait',
      'with --deploy: wait until every copy runs and is healthy; of a job, until it has ended',
    )
    .option('--timeout <duration>', 'how long --wait waits', WAIT_TIMEOUT)
    .option('--out <folder>', 'write a manifest for each workload')
    .addHelpText(
      'after',
      '\nExamples:\n  mycelium import compose.yaml --env-file production.env --out manifests\n' +
        '  mycelium import compose.yaml --deploy\n' +
        "  echo 'docker run -d -p 8080:80 web:1' | mycelium import -\n" +
        '\nEnds with 4 when something is refused; then nothing is deployed or written.',
    )
    .action(act(importFile))
}

async function importFile(context: Context, [file = '']: string[], flags: ImportFlags) {
  const { format, secretsInTheOpen, deploy = false, wait = false } = flags
  const timeoutMs = durationMs('--timeout', flags.timeout)
  if (wait && !deploy) throw wrongUsage('--wait is for --deploy: nothing is deployed without it.')
  const text = await readText(file)
  if (text.trim() === '')
    throw wrongUsage(`${file === '-' ? 'Nothing was given' : `${file} is empty`}.`)
  const files = await filesOf(flags.with ?? [], file)
  const node = await context.node()
  const importWith = async (envFile: string | undefined): Promise<Imported> => {
    const variables = await variablesOf({ ...flags, ...(envFile !== undefined && { envFile }) })
    return node.call.workloads.import({
      ...{ text, variables, files },
      ...(format && { format }),
      ...(secretsInTheOpen && { secretsInTheOpen }),
    })
  }
  let imported = await importWith(flags.envFile)
  const beside = envFileBeside(file, flags)
  // Compose alone reads it by itself, and which of the formats this is the node tells.
  if (beside !== undefined && imported.format === 'compose') {
    imported = await importWith(beside)
    context.notice(`Variables are taken from ${beside}, as compose does. --env-file names another.`)
  }
  const refused = imported.report.filter(({ verdict }) => verdict === 'refused')
  context.answer(imported, () => reportText(imported, context.verbose))
  if (refused.length > 0) {
    const [what, them] =
      refused.length === 1
        ? ['One thing in it is', 'it']
        : [`${refused.length} things in it are`, 'these']
    const message = `${what} refused: nothing was deployed or written. Take ${them} out, and bring it again.`
    // People have them in the report above.
    const details = context.json ? refused : undefined
    throw new CommandFailure(EXIT.REFUSED, 'IMPORT_REFUSED', message, details)
  }
  if (flags.out !== undefined) await writeManifests(context, flags.out, imported)
  if (!deploy) {
    const isOut = flags.out !== undefined || imported.workloads.length === 0
    if (!isOut) context.notice('Nothing runs of it yet. To run it: the same with --deploy')
    return
  }
  for (const one of await deployAll(context, node, imported.workloads, { wait, timeoutMs })) {
    context.notice(wait ? doneText(one) : deployedText(one))
  }
}

/** Only where none was named, and of a file: what is piped in lies nowhere. */
function envFileBeside(file: string, { envFile }: ImportFlags): string | undefined {
  if (envFile !== undefined || file === '-') return undefined
  const beside = path.join(path.dirname(file), '.env')
  return existsSync(beside) ? beside : undefined
}

async function variablesOf({
  var: given = [],
  envFile,
}: ImportFlags): Promise<Record<string, string>> {
  const fromFile = envFile === undefined ? {} : await variablesInFile(envFile)
  const variables = new Map<string, string>()
  for (const [name, value] of Object.entries(fromFile)) variables.set(name, value)
  for (const [name, value] of Object.entries(keyValues('--var', given))) variables.set(name, value)
  return Object.fromEntries(variables)
}

async function variablesInFile(file: string): Promise<Record<string, string>> {
  // Not loaded by every command: it has a parser of YAML with it.
  const { variablesIn } = await import('../../node-core/work/imports/index.ts')
  const found = variablesIn((await readInput(file)).toString('utf8'))
  if (found) return found
  throw wrongUsage(`In ${file} a line is no variable, or a quote is not closed.`)
}

/** By the names that they have from where the text lies: those are what it says. */
async function filesOf(names: readonly string[], text: string): Promise<Files> {
  const folder = text === '-' ? '.' : path.dirname(text)
  const files = new Map<string, Files[string]>()
  for (const name of names) {
    const called = path.relative(folder, name).replaceAll(path.sep, '/')
    const { content, encoding } = contentOf(await readInput(name))
    files.set(called, encoding ? { content, encoding } : content)
  }
  return Object.fromEntries(files)
}

/** What stays as it is only with --verbose: the rest is what somebody has to know. */
function reportText({ report, workloads }: Imported, verbose: boolean): string {
  const shown = verbose ? report : report.filter(({ code }) => code !== 'kept')
  const rows = shown.map(({ line, verdict, path: at, code, message }) => {
    return [String(line), verdict, at, code, message]
  })
  const hidden = report.length - shown.length
  const names = workloads.map(({ name = '' }) => name).join(', ')
  const isRefused = report.some(({ verdict }) => verdict === 'refused')
  const wantsFiles = report.some(({ code }) => code === 'file-needed' || code === 'host-path')
  return [
    ...(rows.length > 0 ? [table(['LINE', 'VERDICT', 'WHERE', 'CODE', 'WHAT'], rows), ''] : []),
    ...(hidden > 0 ? [`${hidden} more are kept as they are (--verbose lists them).`] : []),
    ...(wantsFiles ? ['Files beside it come along by --with FILE.'] : []),
    ...(report.some(({ code }) => code === 'in-the-open') ? [SEALED] : []),
    names === ''
      ? 'No workload comes of it.'
      : `Workloads${isRefused ? ' that would come of the rest' : ''}: ${names}`,
  ].join('\n')
}

const SEALED =
  'What looks like a secret is sealed so: --out FOLDER, there take it from env and name it under secrets, ' +
  'mycelium secret set WORKLOAD/NAME, and mycelium deploy -f FOLDER/WORKLOAD.json'

async function writeManifests(context: Context, folder: string, { workloads }: Imported) {
  await mkdir(folder, { recursive: true })
  for (const manifest of workloads) {
    const file = path.join(folder, `${manifest.name}.json`)
    const text = `${JSON.stringify(manifest, undefined, 2)}\n`
    await writeNewFile(file, text)
    context.notice(`Wrote ${file}.`)
  }
}
