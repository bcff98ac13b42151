/** Keys on the command line, against a node in memory. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

describe('mycelium kv', () => {
  let running: RunningHome
  beforeEach(async () => {
    running = await createRunningHome()
  })
  afterEach(async () => {
    await running.stopNode()
    await running.remove()
  })

  it('gives a value through a pipe byte for byte, as it went in', async () => {
    const value = Buffer.from([0, 255, 254, 10, 27, 13, 128])
    const file = path.join(running.home, 'value')
    writeFileSync(file, value)
    await running.run('kv', 'put', 'shop/logo', '--file', file)
    const { out } = await running.run('kv', 'get', 'shop/logo')
    expect(Buffer.from(out, 'latin1')).toEqual(value)
  })

  it('takes a value from standard input byte for byte', async () => {
    const value = Buffer.from([0, 255, 254, 10, 27, 13, 128])
    const stdin = vi.spyOn(process, 'stdin', 'get')
    stdin.mockReturnValue(Readable.from([value]) as unknown as typeof process.stdin)
    await running.run('kv', 'put', 'shop/logo')
    stdin.mockRestore()
    const { out } = await running.run('kv', 'get', 'shop/logo')
    expect(Buffer.from(out, 'latin1')).toEqual(value)
  })

  it('exits 2 where a name is of no form that can be meant', async () => {
    const { exit, err } = await running.run('--json', 'kv', 'put', 'bad key', '1')
    expect([exit, JSON.parse(err).code]).toEqual([2, 'MALFORMED'])
    expect((await running.run('kv', 'lease', 'grant', 'bad lease', '--ttl', '9s')).exit).toBe(2)
  })

  it('watches without obeying what a value says to the terminal', async () => {
    const file = path.join(running.home, 'value')
    writeFileSync(file, 'a\u001b[2Jb\u0007')
    await running.run('kv', 'put', 'shop/x', '--file', file)
    const { out } = await running.run('kv', 'watch', 'shop/', '--from', '1')
    expect(out).toBe('1 put shop/x a\u{fffd}[2Jb\u{fffd}')
  })

  it('lists from where the page before ended', async () => {
    for (const key of ['shop/a', 'shop/b']) await running.run('kv', 'put', key, '1')
    const { out } = await running.run('kv', 'list', 'shop/', '--after', 'shop/a')
    expect(out).toContain('shop/b')
    expect(out).not.toContain('shop/a ')
    const first = await running.run('kv', 'list', 'shop/', '--limit', '1')
    expect(first.out).not.toContain('shop/b')
    expect(first.err).toContain('--after shop/a')
    const { keys, more } = JSON.parse(
      (await running.run('--json', 'kv', 'list', '--limit', '1')).out,
    )
    expect([keys.length, more]).toEqual([1, true])
  })
})
