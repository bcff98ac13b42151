/** When the committee has lost its majority for good. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { REPORT_PAGE } from '../limits.ts'
import type { NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { short } from '../text/format.ts'
import { namingAmong } from '../text/names.ts'
import { wholeNumber } from '../text/parse.ts'
import { pairs, table } from '../text/table.ts'

export function recoverCommands(program: Command, act: Act): void {
  const recover = program
    .command('recover')
    .summary('go on without a majority')
    .description(
      'Overrules a committee that has lost its majority for good: this node goes on alone with ' +
        'what its copy holds, whether it voted or followed, or was put back from a backup. Without ' +
        '--yes it only says what that would mean.',
    )
    .option('--yes', 'do it')
    .option('--anyway', 'though another node in reach holds more')
    .option('--without-witness', 'though somebody else may have done it already')
    .addHelpText('after', '\nExample:\n  mycelium recover\n  mycelium recover --yes')
    .action(act(start))
  recover
    .command('report')
    .summary('late writes of this node')
    .description(
      'Lists what this node’s copy held that was not taken over, or writes it to a file.',
    )
    .option('--out <file>', 'write all of it there, with values, as JSON')
    .option('--discard <era>', 'forget the report of that era')
    .addHelpText('after', '\nExample:\n  mycelium recover report --out late.json')
    .action(act(report))
}

type Shown = Outputs['recovery']['show']
type Plan = NonNullable<Shown['plan']>

async function start(
  context: Context,
  _: string[],
  options: { yes?: boolean; anyway?: boolean; withoutWitness?: boolean },
): Promise<void> {
  const node = await context.node()
  const shown = await node.call.recovery.show()
  if (!shown.plan) {
    const { code, message } = shown.refused ?? { code: 'FAILED', message: 'Nothing to recover.' }
    throw new CommandFailure(EXIT.REFUSED, code, message)
  }
  const { plan } = shown
  const { permissions } = (await node.call.node.status()).node
  const isAdmins = permissions.includes('admin')
  if (!options.yes) {
    const named = await namesOf(node)
    context.answer(shown, () => planText(plan, named))
    context.notice(`\nNothing was done. ${isAdmins ? wayOf(plan) : NOT_AN_ADMINS}`)
    return
  }
  // Asking an admin for the permission is in vain: without a majority nobody can give it.
  if (!isAdmins) throw new CommandFailure(EXIT.REFUSED, 'FORBIDDEN', NOT_AN_ADMINS)
  const done = await node.call.recovery.start({
    ...{ era: plan.era, anyway: options.anyway === true },
    withoutWitness: options.withoutWitness === true,
  })
  context.answer(
    done,
    () => `Era ${done.era} has begun: this node alone votes, until others have learned from it.`,
  )
  context.notice(AFTERWARDS)
}

const AFTERWARDS =
  'The others join it by themselves as they come into reach. On each of them this then lists what it ' +
  'alone had written: mycelium recover report'

const NOT_AN_ADMINS =
  'Only a computer of an admin can do it, whether it voted or followed: there, mycelium recover'

/** Whoever holds more may be nobody's that can recover there. */
function wayOf({ later }: Plan): string {
  if (later.length === 0) return 'To do it: mycelium recover --yes'
  return (
    'Do it where more is held, if that is a computer of an admin. Here all the same, and what it alone ' +
    'holds is reported there: mycelium recover --yes --anyway'
  )
}

/** By their ids; those that this node has not heard of go by theirs. */
async function namesOf(node: NodeClient): Promise<(id: string) => string> {
  const { nodes } = await node.call.nodes.list()
  const named = namingAmong(nodes)
  const names = new Map(nodes.map((one) => [one.id, named(one)]))
  return (id) => names.get(id) ?? short(id)
}

function planText(plan: Plan, named: (id: string) => string): string {
  const names = (nodes: readonly string[]): string => nodes.map(named).join(', ') || 'none'
  const text = pairs([
    ['Voted', names(plan.voters)],
    ['Not in reach', names(plan.missing)],
    [
      'This copy ends at',
      plan.follows
        ? `${plan.last} (it followed, and did not vote)`
        : `${plan.last} (${plan.forgets ? 'put back or set aside; ' : ''}known to be committed: ${plan.committed})`,
    ],
    // What followed cannot tell whether a log that ends where it does is the same.
    [plan.follows ? 'Hold as much or more' : 'Hold more', names(plan.later)],
    ...unprovenRow(plan.unproven.map(named)),
  ])
  const loss = plan.forgets
    ? 'This node’s log may not vote as it is, since it was put back from a copy or a file beside it is lost. ' +
      'What was acknowledged since is not in it; where a computer in reach is named as holding more, recover there.'
    : lossText(plan)
  return (
    `${text}\n\n${loss}\n\nThis node would go on alone with what its copy holds. What was written elsewhere ` +
    'since, or is held only by those not in reach, is not in it: when they return they stop, ' +
    'report it, and learn from this node. If they still run together, both write until then.'
  )
}

function lossText(plan: Plan): string {
  return plan.follows
    ? 'This node followed: what the committee acknowledged last may not have come here. A computer that ' +
        'voted holds it all; if one can be brought back, recover there.'
    : plan.mayLose
      ? 'Those not in reach were enough to have acknowledged writes that nobody here knows of.'
      : `Those not in reach were too few to have acknowledged anything by themselves${
          plan.mayBeHidden
            ? ', unless somebody in reach lies, and hides what it decided with them'
            : ''
        }.`
}

function unprovenRow(nodes: readonly string[]): [name: string, value: string][] {
  return nodes.length === 0 ? [] : [['Say so, unproven', nodes.join(', ')]]
}

async function report(
  context: Context,
  _: string[],
  options: { out?: string; discard?: string },
): Promise<void> {
  const node = await context.node()
  if (options.discard !== undefined) {
    const era = wholeNumber('--discard', options.discard)
    const answer = await node.call.recovery.discard({ era })
    context.answer(answer, () => `The report of era ${era} is gone.`)
    return
  }
  const { reports } = await node.call.recovery.show()
  const whole = await Promise.all(
    headsByEra(reports).map(async (head) => {
      return { ...head, ...(await all(node, head.era)) }
    }),
  )
  if (options.out !== undefined) {
    await writeFile(options.out, `${JSON.stringify(whole, undefined, 2)}\n`, { mode: 0o600 })
  }
  context.answer({ reports: whole }, () => reportText(whole))
}

/** An era may have left several: what is said of one counts for the era. */
function headsByEra(reports: Shown['reports']): Shown['reports'] {
  const heads = new Map<number, Shown['reports'][number]>()
  for (const one of reports) {
    const other = heads.get(one.era)
    heads.set(one.era, {
      ...one,
      compacted: one.compacted || other?.compacted === true,
      unreadable: one.unreadable || other?.unreadable === true,
      altered: one.altered || other?.altered === true,
    })
  }
  return [...heads.values()]
}

/** Page after page. */
async function all(node: NodeClient, era: number) {
  const commands: Outputs['recovery']['report']['commands'] = []
  const rows: Outputs['recovery']['report']['rows'] = []
  for (let offset = 0; ; offset += REPORT_PAGE) {
    const page = await node.call.recovery.report({ era, offset, limit: REPORT_PAGE })
    commands.push(...page.commands)
    rows.push(...page.rows)
    if (page.commands.length < REPORT_PAGE && page.rows.length < REPORT_PAGE) break
  }
  return { commands, rows }
}

type Listed = Pick<Shown['reports'][number], 'era' | 'compacted' | 'unreadable' | 'altered'> &
  Awaited<ReturnType<typeof all>>

function reportText(reports: readonly Listed[]): string {
  const commands = reports.flatMap((one) => one.commands)
  const rows = reports.flatMap((one) => one.rows)
  const unread = reports.filter(({ unreadable }) => unreadable).map(({ era }) => unreadText(era))
  const compacted = reports.filter((one) => one.compacted).map(({ era }) => compactedText(era))
  const altered = reports.some((one) => one.altered) ? [ALTERED] : []
  const head = [...unread, ...compacted, ...altered].map((line) => `${line}\n\n`).join('')
  if (commands.length + rows.length === 0) {
    return unread.length + compacted.length > 0 ? head.trimEnd() : `${head}No late writes.`
  }
  const late = table(
    ['WHEN', 'WHAT', 'ABOUT', 'BY', 'TOLD AS DONE'],
    [
      ...commands.map(({ at, kind, subject, author, committed }) => {
        return [at, kind, subject, short(author), committed ? 'yes' : 'unknown']
      }),
      ...rows.map(({ key, modRevision }) => ['', 'value', key, '', `revision ${modRevision}`]),
    ],
  )
  return head + late
}

function unreadText(era: number): string {
  return (
    `The copy of era ${era} that was overruled, or the report of it, could not be read: whether it held ` +
    `late writes is not known. What is left of it is kept in registry/. To forget this report: mycelium recover report --discard ${era}`
  )
}

function compactedText(era: number): string {
  return (
    `The copy of era ${era} that was overruled went on beyond it with entries that it holds no more one by one: keys are ` +
    'compared, but whether workloads, members, secrets or settings are among what was not taken over is not known.'
  )
}

const ALTERED =
  'The committee was overruled by a copy that is not what this node’s was. Its log is kept in ' +
  'registry/, and whoever recovered has to be asked.'
