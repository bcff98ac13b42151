/** Who the owner of this computer is, for other computers of the same owner, and as a backup. */
import path from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { PRIVATE_MODE, writeNewFile } from '../output-files.ts'
import { newPassphrase } from '../passphrase.ts'
import type { Act } from '../run.ts'
import { pairs } from '../text/table.ts'

interface ExportFlags {
  generate?: boolean
  passphraseFile?: string
}

export function ownerCommands(program: Command, act: Act): void {
  const owner = program
    .command('owner')
    .summary('your other computers')
    .description(
      'Whoever has an owner’s key is that owner in every network it is in. A computer that joins with ' +
        'it is one of yours: it may do what you may, and runs what is yours.',
    )
    .addHelpText('after', '\nExample:\n  mycelium owner export ada.owner')
  owner
    .command('export')
    .summary('your key, under a passphrase')
    .description(
      'Writes the key of this computer’s owner into a file that a passphrase opens. Take file and ' +
        'passphrase to your other computer by different ways; keep both as a backup.',
    )
    .argument('<file>', 'where to; never over a file that is there')
    .option('--generate', 'a passphrase of chance, shown once')
    .option('--passphrase-file <file>', 'take the passphrase from a file; - reads standard input')
    .addHelpText(
      'after',
      '\nExample:\n  mycelium owner export ada.owner --generate\n' +
        "  mycelium join 'mycelium://join?…' --owner ada.owner   # on the other one, before it joins",
    )
    .action(act(exportOwner))
}

async function exportOwner(
  context: Context,
  [given = '']: string[],
  { generate, passphraseFile }: ExportFlags,
): Promise<void> {
  if (generate && passphraseFile !== undefined) {
    throw wrongUsage('Give --generate or --passphrase-file.')
  }
  const isMade = generate === true
  const typed = isMade ? undefined : await newPassphrase(passphraseFile)
  const offline = await import('../offline.ts')
  const { owner, sealed, passphrase } = await offline.exportOwner(context, typed)
  const file = path.resolve(given)
  await writeNewFile(file, sealed, PRIVATE_MODE)
  context.answer({ file, owner, ...(isMade && { passphrase }) }, () =>
    pairs([
      ['Owner', owner],
      ['File', file],
      ['Passphrase', isMade ? passphrase : undefined],
    ]),
  )
  context.notice(
    `${isMade ? 'The passphrase is shown this once. ' : ''}Whoever has both is you, for good. On your ` +
      `other computer, before it joins: mycelium join INVITE --owner ${path.basename(file)}`,
  )
}
