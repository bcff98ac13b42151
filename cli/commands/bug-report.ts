/** One archive that tells what is the matter here, and no secret. Nothing is sent anywhere. */
import { homedir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import type { Command } from 'commander'
import { tarOf } from '../../node-core/base/tar/index.ts'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { ANSWER_TIMEOUT_MS } from '../limits.ts'
import { PRIVATE_MODE, writeNewFile } from '../output-files.ts'
import { type Entry, entriesHere, entriesOfNode } from '../report/contents.ts'
import { createScrubber, type Scrubber } from '../report/scrub.ts'
import { secretsHere } from '../report/secrets-here.ts'
import type { Act } from '../run.ts'
import { bytes } from '../text/format.ts'
import { pairs } from '../text/table.ts'
import { checkAll } from './doctor.ts'

interface ReportFlags {
  out?: string
  dryRun?: boolean
}

export function bugReportCommand(program: Command, act: Act): void {
  program
    .command('bug-report')
    .summary('gather what is needed to find a fault')
    .description(
      'Writes one archive with what this computer and its node say of themselves, for whoever is to ' +
        'help; also where no node runs. Keys, tokens, invites, secrets and environments are left out. ' +
        'Nothing is sent: look into it before you give it away.',
    )
    .option('--out <file>', 'where to (default: a file with the time in its name, here)')
    .option('--dry-run', 'only say what it would hold')
    .addHelpText(
      'after',
      '\nExample:\n  mycelium bug-report && tar -tzf mycelium-bug-report-*.tar.gz',
    )
    .action(act(bugReport))
}

async function bugReport(context: Context, _: string[], flags: ReportFlags): Promise<void> {
  const node = await context.node().catch(() => undefined)
  if (!node) context.notice('No node runs on this home: the report holds what can be told without.')
  const checks = async () => ({ checks: await checkAll(context) })
  const entries = [...entriesHere(context, checks), ...(node ? entriesOfNode(node) : [])]
  if (flags.dryRun) {
    const listed = entries.map(({ file, about }) => ({ file, about }))
    context.answer({ entries: listed }, () => listText(listed))
    return
  }
  context.notice(`It will hold:\n${listText(entries)}`)
  const scrubber = createScrubber(await secretsHere(context.home, context.env), namesHere(context))
  const written = await Promise.all(entries.map((entry) => contentOf(entry, scrubber)))
  const file = path.resolve(flags.out ?? defaultName(new Date()))
  await writeNewFile(file, await archiveOf(file, written), PRIVATE_MODE)
  const holds = written.map(({ file: name, about, content }) => {
    return { file: name, about, sizeBytes: content.byteLength }
  })
  context.answer({ file, entries: holds }, () => {
    const sizes = holds.map((one) => [one.file, bytes(one.sizeBytes)] as const)
    return `Wrote ${file}, which holds:\n${pairs(sizes)}`
  })
  context.notice(
    'Nothing was sent. It names computers, workloads and addresses: look into it first.',
  )
}

function listText(entries: readonly Pick<Entry, 'file' | 'about'>[]): string {
  return pairs(entries.map(({ file, about }) => [file, about]))
}

/** Whose computer it is need not be known. The longest first, as one may hold another. */
function namesHere({ home, configHome }: Context): [string, string][] {
  const names: [string, string][] = [
    [home, '<home>'],
    [configHome, '<config>'],
    [homedir(), '~'],
  ]
  return names.filter(([name]) => name.length > 1).sort(([a], [b]) => b.length - a.length)
}

interface Written extends Pick<Entry, 'file' | 'about'> {
  content: Buffer
}

/** What cannot be had is said where it would stand: a node that is ill is what reports are for. */
async function contentOf({ file, about, read }: Entry, scrubber: Scrubber): Promise<Written> {
  const found = await inTime(read()).catch((error: unknown) => ({
    missing: error instanceof Error ? error.message : String(error),
  }))
  const isText = typeof found === 'string'
  const text = isText
    ? scrubber.text(found)
    : `${JSON.stringify(scrubber.value(found), undefined, 2)}\n`
  if (scrubber.holdsSecret(text)) {
    const message = `A secret of this computer would be in ${file}: nothing was written.`
    throw new CommandFailure(EXIT.FAILED, 'REPORT_UNSAFE', message)
  }
  return { file, about, content: Buffer.from(text) }
}

function inTime(answer: Promise<unknown>): Promise<unknown> {
  const late = new Promise<never>((_, reject) => {
    const after = new Error(`No answer within ${ANSWER_TIMEOUT_MS} ms.`)
    setTimeout(() => reject(after), ANSWER_TIMEOUT_MS).unref()
  })
  return Promise.race([answer, late])
}

async function archiveOf(file: string, entries: readonly Written[]): Promise<Buffer> {
  const folder = path
    .basename(file)
    .replace(/\.(tar\.gz|tgz)$/, '')
    .slice(0, FOLDER_LENGTH)
  const tar = tarOf(
    entries.map(({ file: name, content }) => ({
      ...{ name: `${folder}/${name}`, sizeBytes: content.byteLength, content: [content] },
    })),
  )
  return gzipSync(await buffer(tar))
}

/** A name in an archive has a hundred letters at most. */
const FOLDER_LENGTH = 60

/** `mycelium-bug-report-20261126T130215Z.tar.gz` */
function defaultName(now: Date): string {
  return `mycelium-bug-report-${now.toISOString().replace(/\.\d+|[-:]/g, '')}.tar.gz`
}
