import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LOG_FILE_BYTES_MAX } from './limits.ts'
import { createLogFile } from './logging.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'mycelium-log-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const file = () => path.join(home, 'logs', 'app.log')

describe('the log file of the app', () => {
  it('begins anew when it is full, and keeps the one before', () => {
    const log = createLogFile(home)
    const large = 'x'.repeat(LOG_FILE_BYTES_MAX)
    for (const line of [`${large}\n`, 'last\n', 'first\n', 'second\n']) log.write(line)
    expect(readFileSync(`${file()}.1`, 'utf8')).toBe(`${large}\n`)
    expect(readFileSync(file(), 'utf8')).toBe('last\nfirst\nsecond\n')
  })

  it('costs its lines alone where nothing can be written, and goes on once it can', () => {
    writeFileSync(path.join(home, 'logs'), 'a file where the folder should be')
    const log = createLogFile(home)
    log.write('lost\n')
    rmSync(path.join(home, 'logs'))
    log.write('kept\n')
    expect(readFileSync(file(), 'utf8')).toBe('kept\n')
  })

  it('goes on in the file that is open where the one before cannot give way', () => {
    const log = createLogFile(home)
    mkdirSync(path.join(`${file()}.1`, 'in the way'), { recursive: true })
    const large = 'x'.repeat(LOG_FILE_BYTES_MAX)
    for (const line of [`${large}\n`, 'not kept\n']) log.write(line)
    rmSync(`${file()}.1`, { recursive: true })
    log.write('kept\n')
    expect(readFileSync(file(), 'utf8')).toBe('kept\n')
  })
})
