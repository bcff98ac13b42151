/** `mycelium kv`, against a node in memory. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createRunningHome } from '../testing/cli-run.ts'

describe('mycelium kv', () => {
  let home: Awaited<ReturnType<typeof createRunningHome>>
  beforeEach(async () => {
    home = await createRunningHome()
  })
  afterEach(() => home.remove())

  it('puts, prints, lists and deletes', async () => {
    const put = await home.run('kv', 'put', 'shop/stock', '12')
    expect(put).toMatchObject({ exit: 0, out: 'shop/stock is at revision 1.' })
    expect((await home.run('kv', 'get', 'shop/stock')).out).toBe('12')
    expect((await home.run('kv', 'list', 'shop/')).out).toMatch(/^shop\/stock +1 +2 B/m)
    expect(await home.json('kv', 'delete', 'shop/stock')).toMatchObject({ deleted: true })
    expect((await home.run('kv', 'get', 'shop/stock')).exit).toBe(5)
  })

  it('takes a value from a file, and only at a revision', async () => {
    const file = path.join(home.home, 'value')
    writeFileSync(file, 'from a file')
    await home.json('kv', 'put', 'a/x', '--file', file, '--if-match', '0')
    expect((await home.run('kv', 'get', 'a/x', '--stale')).out).toBe('from a file')
    const late = await home.run('--json', 'kv', 'put', 'a/x', '2', '--if-match', '7')
    expect(late.exit).toBe(4)
    expect(JSON.parse(late.err)).toMatchObject({ code: 'REVISION_MISMATCH' })
    expect((await home.run('kv', 'put', 'a/x', '2', '--if-match', '*')).exit).toBe(0)
    expect((await home.run('kv', 'delete', 'a/y', '--if-match', '*')).exit).toBe(4)
    expect((await home.run('kv', 'put', 'a/x', '2', '--file', file)).exit).toBe(2)
    expect((await home.run('kv', 'put', 'a/x', '2', '--if-match', 'now')).exit).toBe(2)
  })

  it('follows changes from a revision, one document a line', async () => {
    await home.json('kv', 'put', 'a/x', '1')
    await home.json('kv', 'put', 'a/x', '2')
    const { out } = await home.run('--json', 'kv', 'watch', 'a/', '--from', '2')
    expect(out.split('\n').map((line) => JSON.parse(line))).toMatchObject([
      { type: 'put', key: 'a/x', revision: 2 },
    ])
    expect((await home.run('kv', 'watch', '--from', '1')).out).toBe('1 put a/x 1\n2 put a/x 2')
  })

  it('shows the beginning of a long value among changes, and all of it to a program', async () => {
    const file = path.join(home.home, 'long')
    writeFileSync(file, `${'ä'.repeat(400)}\nand more`)
    await home.json('kv', 'put', 'a/long', '--file', file)
    await home.json('kv', 'put', 'a/lines', 'one\ntwo')
    const [long, lines] = (await home.run('kv', 'watch', '--from', '1')).out.split('\n')
    expect(long).toBe(`1 put a/long ${'ä'.repeat(120)}… (809 B)`)
    expect(lines).toBe('2 put a/lines one… (7 B)')
    const whole = await home.run('--json', 'kv', 'watch', '--from', '1')
    const entry = JSON.parse(whole.out.split('\n')[0] ?? '').entry
    expect(Buffer.from(entry.value, 'base64').byteLength).toBe(809)
  })

  it('makes, keeps, shows and ends leases', async () => {
    const granted = await home.json('kv', 'lease', 'grant', 'a/worker', '--ttl', '10s')
    expect(granted).toEqual({ lease: 'a/worker', ttlSeconds: 10 })
    for (const stale of [[], ['--stale']]) {
      const shown = await home.json('kv', 'lease', 'show', 'a/worker', ...stale)
      expect(shown).toMatchObject({ ttlSeconds: 10 })
    }
    expect((await home.run('kv', 'lease', 'keep', 'a/worker')).out).toContain(
      'at least 10 s, and longer if it is kept',
    )
    expect((await home.run('kv', 'lease', 'revoke', 'a/worker')).out).toBe('a/worker has ended.')
    expect((await home.run('kv', 'lease', 'keep', 'a/worker')).exit).toBe(5)
  })

  it('says that nothing can be written without a majority', async () => {
    const { exit, err } = await home.run('--json', 'kv', 'put', 'lost/x', '1')
    expect([exit, JSON.parse(err).code]).toEqual([6, 'NO_QUORUM'])
  })

  it('hands the lead to a node that votes, by name', async () => {
    expect((await home.run('--json', 'transfer', 'ben')).err).toContain('NOT_A_VOTER')
    const before = await home.json('promote', 'ada')
    await home.json('promote', 'ben')
    expect((await home.run('transfer', 'ben')).out).toBe('ben leads the committee.')
    expect(await home.json('transfer', 'ben')).not.toMatchObject({ leader: leaderIn(before) })
    expect(await home.json('transfer', 'ada')).toMatchObject({ leader: leaderIn(before) })
  })

  it('says in words that a file is not there', async () => {
    const { err, exit } = await home.run('kv', 'put', 'shop/stock', '--file', '/nowhere/at/all')
    expect(err).toContain('There is no file /nowhere/at/all')
    expect(exit).toBe(5)
  })

  it('promotes and demotes by name', async () => {
    expect((await home.run('promote', 'ben')).out).toContain('ben is in')
    expect((await home.run('--json', 'demote', 'ben')).err).toContain('LAST_VOTER')
    expect((await home.run('promote', 'ada')).out).toContain('ada is in')
    expect((await home.run('demote', 'ben')).out).toContain('ben is out')
    expect((await home.run('promote', 'nobody')).exit).toBe(5)
    expect((await home.run('release', 'ada')).out).toBe('The network decides whether ada votes.')
  })
})

function leaderIn(answer: unknown): string {
  return z.object({ leader: z.string() }).parse(answer).leader
}
