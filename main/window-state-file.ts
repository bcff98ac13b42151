import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { parseWindowState, type WindowState } from './window-state.ts'

export function readWindowState(file: string): WindowState {
  try {
    return parseWindowState(readFileSync(file, 'utf8'))
  } catch {
    // Not written yet.
    return parseWindowState(undefined)
  }
}

/** Whole or not at all. Losing it costs a window in the middle of the screen, so it only warns. */
export function writeWindowState(file: string, state: WindowState, logger: Logger): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(`${file}.new`, JSON.stringify(state))
    renameSync(`${file}.new`, file)
  } catch (error) {
    logger.warn('The place of the window could not be kept.', { reason: messageOf(error) })
  }
}
