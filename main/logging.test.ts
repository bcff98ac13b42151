import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newHome, startNode } from '../node-core/node.fixture.ts'
import { LOG_FILE_BYTES_MAX } from './limits.ts'
import { createLogFile } from './logging.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'mycelium-log-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const file = () => path.join(home, 'app.log')

describe('the log file of the app', () => {
  it('begins anew when it is full, and keeps the one before', () => {
    const log = createLogFile(home)
    const large = 'x'.repeat(LOG_FILE_BYTES_MAX)
    for (const line of [`${large}\n`, 'last\n', 'first\n', 'second\n']) log.write(line)
    expect(readFileSync(`${file()}.1`, 'utf8')).toBe(`${large}\n`)
    expect(readFileSync(file(), 'utf8')).toBe('last\nfirst\nsecond\n')
  })

  it('costs its lines alone where nothing can be written, and goes on once it can', () => {
    rmSync(home, { recursive: true })
    writeFileSync(home, 'a file where the folder should be')
    const log = createLogFile(home)
    log.write('lost\n')
    rmSync(home)
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

  it('outlives the start of the node in its home, and that it leaves its network', {
    timeout: 60_000,
  }, async () => {
    const own = newHome()
    const log = createLogFile(own.home)
    log.write('before\n')
    const { call } = await startNode(own)
    await call.network.found({ networkName: 'Garden' })
    log.write('in the network\n')
    await call.network.leave({})
    log.write('after\n')
    const kept = readFileSync(path.join(own.home, 'app.log'), 'utf8')
    expect(kept).toBe('before\nin the network\nafter\n')
  })
})
