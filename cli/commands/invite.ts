/** Inviting somebody: a link, a QR code of it, and what to do with them. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { INVITE_SECONDS_MAX, INVITE_SECONDS_MIN } from '../limits.ts'
import type { Act } from '../run.ts'
import { isOneOf, ROLES } from '../text/choices.ts'
import { localTime } from '../text/local-time.ts'
import { collect, durationMs, wholeNumber } from '../text/parse.ts'

/** The smallest code: an invite is long, and a screen has no stains to survive. */
const QR_LEVEL = { errorCorrectionLevel: 'L' } as const
const PERMISSIONS = ['admin', 'invite', 'deploy', 'use'] as const

export function inviteCommand(program: Command, act: Act): void {
  program
    .command('invite')
    .summary('invite somebody')
    .description('Prints a link, and a QR code of it, that lets somebody in.')
    .option('--role <role>', 'what their computer does', 'rhizomorph')
    .option('--uses <n>', 'how many may use it', '1')
    .option('--expires <duration>', 'how long it lasts', '24h')
    .option('--permission <name>', 'what they may do; repeatable (default: deploy, use)', collect)
    .addHelpText('after', '\nExample:\n  mycelium invite --uses 3 --expires 7d')
    .action(act(invite))
}

async function invite(
  context: Context,
  _args: string[],
  options: { role: string; uses: string; expires: string; permission?: string[] },
): Promise<void> {
  const { role, permission } = options
  if (!isOneOf(ROLES, role)) throw wrongUsage(`--role: ${ROLES.join(', ')}.`)
  const permissions = permission?.map((each) => {
    if (isOneOf(PERMISSIONS, each)) return each
    throw wrongUsage(`--permission: ${PERMISSIONS.join(', ')}.`)
  })
  const expiresInSeconds = Math.round(durationMs('--expires', options.expires) / 1_000)
  if (expiresInSeconds < INVITE_SECONDS_MIN || expiresInSeconds > INVITE_SECONDS_MAX) {
    throw wrongUsage(`--expires: from ${INVITE_SECONDS_MIN}s to ${INVITE_SECONDS_MAX / 86_400}d.`)
  }
  const uses = wholeNumber('--uses', options.uses)
  const node = await context.node()
  const made = await node.call.invites.create({
    role,
    uses,
    expiresInSeconds,
    ...(permissions && { permissions }),
  })
  context.answer(made, () => made.invite)
  if (context.terminal.isTerminal && !context.json && !context.quiet) {
    context.notice(await qrText(made.invite, context.terminal.columns))
  }
  const times = made.uses === 1 ? 'once' : `${made.uses} times`
  context.notice(`Good ${times}, until ${localTime(made.expiresAt)}.`)
  context.notice("On the other computer, with the link in place of the dots: mycelium join '…'")
}

/** The code, or how else there is one where it does not fit. */
export async function qrText(text: string, columns: number): Promise<string> {
  const { default: qrcode } = await import('qrcode')
  const drawn = await qrcode.toString(text, { ...QR_LEVEL, type: 'terminal', small: true })
  const width = qrcode.create(text, QR_LEVEL).modules.size + 8
  if (width <= columns) return `\n${drawn}`
  const has = `this window has ${columns}`
  return `\nThe QR code needs ${width} columns, and ${has}. The window shows one too: mycelium open, Network, Invite.`
}
