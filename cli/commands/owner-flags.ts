import type { Command } from 'commander'
import { wrongUsage } from '../exit-codes.ts'
import { readText } from '../input-files.ts'
import type { AdoptedOwner } from '../offline.ts'
import { existingPassphrase } from '../passphrase.ts'

export interface OwnerFlags {
  owner?: string
  passphraseFile?: string
  replaceOwner?: boolean
}

export function addOwnerFlags(command: Command): Command {
  return command
    .option('--owner <file>', 'be a computer of this owner: from mycelium owner export')
    .option(
      '--passphrase-file <file>',
      'what opens it; - reads standard input (default: asked for)',
    )
    .option('--replace-owner', 'lay the owner that this home has aside')
}

/** Undefined where none is asked for. */
export async function adoptedOwner({
  owner,
  passphraseFile,
  replaceOwner,
}: OwnerFlags): Promise<AdoptedOwner | undefined> {
  if (owner === undefined) {
    if (passphraseFile === undefined && !replaceOwner) return undefined
    throw wrongUsage('--passphrase-file and --replace-owner speak of --owner.')
  }
  const sealed = await readText(owner)
  const passphrase = await existingPassphrase(passphraseFile)
  return { sealed, passphrase, replace: replaceOwner === true }
}
