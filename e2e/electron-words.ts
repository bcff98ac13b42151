/** What an app that a test started said, and how it ended: of a window that never came it is all there is. */
import type { ChildProcess } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'

/** Of what it printed, and of its log, the last. */
const CHARACTERS_MAX = 8_000

/** Its log as of one start: what was there before is left out. */
export interface AppLog {
  read(): string
  /** Whether the app's own code said that something failed. */
  hasErrors(): boolean
}

/** @param file None of an app that writes none. */
export function logFromNow(file: string | undefined): AppLog {
  const from = file === undefined ? 0 : (statSync(file, { throwIfNoEntry: false })?.size ?? 0)
  const read = (): string => (file === undefined ? '' : readFrom(file, from))
  return { read, hasErrors: () => /"level":(50|60)\b/.test(read()) }
}

/** What it has said when it is asked. */
export function hearApp(child: ChildProcess, log: AppLog): () => string {
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: unknown) => {
      printed = (printed + part).slice(-CHARACTERS_MAX)
    })
  }
  return () =>
    [
      endText(child),
      `It printed:\n${printed.trim() || '(nothing since it was launched)'}`,
      `Its log:\n${tailOf(log.read()) || '(empty)'}`,
    ].join('\n')
}

function endText({ exitCode, signalCode }: ChildProcess): string {
  if (exitCode === null && signalCode === null) return 'The app still runs.'
  return `The app ended: exit code ${exitCode}, signal ${signalCode}.`
}

/** A log that was changed for a new one meanwhile is read from its beginning. */
function readFrom(file: string, from: number): string {
  try {
    const bytes = readFileSync(file)
    return bytes.subarray(from <= bytes.length ? from : 0).toString('utf8')
  } catch {
    return ''
  }
}

/** Whole lines. */
function tailOf(log: string): string {
  const text = log.trim()
  if (text.length <= CHARACTERS_MAX) return text
  return text.slice(-CHARACTERS_MAX).replace(/^.*\n/, '')
}
