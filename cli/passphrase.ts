/** A passphrase: typed without being seen, from a file, or made. Never an argument: other users see those. */

import { PASSPHRASE_LENGTH_MIN } from '../node-core/api/contract/index.ts'
import { CommandFailure, EXIT, wrongUsage } from './exit-codes.ts'
import { readText } from './input-files.ts'
import { hiddenLine } from './lines.ts'

/** For what is sealed now: nobody can say later that it was mistyped. */
export async function newPassphrase(file: string | undefined): Promise<string> {
  const passphrase = await existingPassphrase(file, ', or have one made by --generate')
  if (passphrase.length < PASSPHRASE_LENGTH_MIN) {
    const message = `A passphrase has ${PASSPHRASE_LENGTH_MIN} letters at least; --generate makes one.`
    throw new CommandFailure(EXIT.WRONG_USAGE, 'PASSPHRASE_SHORT', message)
  }
  if (file === undefined && (await hiddenLine(process, 'The same again: ')) !== passphrase) {
    throw new CommandFailure(EXIT.FAILED, 'PASSPHRASE_DIFFERS', 'These two are not the same.')
  }
  return passphrase
}

/** What is piped in is read where the file is `-`, and never passed over: without one nothing is done. */
export async function existingPassphrase(
  file: string | undefined,
  otherwise = '',
): Promise<string> {
  if (file !== undefined) return (await readText(file)).replace(/\r?\n$/, '')
  if (process.stdin.isTTY) return hiddenLine(process, 'Passphrase (it is not shown): ')
  throw wrongUsage(
    'Nobody is here to type a passphrase: name a file by --passphrase-file (- reads standard ' +
      `input)${otherwise}.`,
  )
}
