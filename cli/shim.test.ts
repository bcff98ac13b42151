import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { plainLine } from './node-logger.ts'

const SHIM = path.join(import.meta.dirname, 'mycelium.js')

describe('the program', () => {
  it('runs as a process of its own and exits as the command did', async () => {
    const run = promisify(execFile)
    expect((await run(process.execPath, [SHIM, '--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    await expect(run(process.execPath, [SHIM, 'nothing'])).rejects.toMatchObject({ code: 2 })
  })

  it('keeps what it compiled, in a folder of its user alone', async () => {
    const cache = mkdtempSync(path.join(tmpdir(), 'mycelium-cache-'))
    const run = promisify(execFile)
    const env = { PATH: process.env.PATH, XDG_CACHE_HOME: cache }
    await run(process.execPath, [SHIM, '--version'], { env })
    expect(readdirSync(path.join(cache, 'mycelium'))).not.toEqual([])
    rmSync(cache, { recursive: true })
  })

  it('writes its log in plain lines for people', () => {
    const line = '{"level":40,"time":0,"module":"mesh","peer":"ab","why":"no answer","msg":"Lost."}'
    expect(plainLine(`${line}\n`)).toBe('00:00:00 warn mesh: Lost.  peer=ab why="no answer"')
  })
})
