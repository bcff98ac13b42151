/** `mycelium kv txn`, against a node in memory. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

describe('mycelium kv txn', () => {
  let home: RunningHome
  beforeEach(async () => {
    home = await createRunningHome()
    await home.json('kv', 'put', 'shop/stock', '12')
  })
  afterEach(() => home.remove())

  const sell = [
    'kv',
    'txn',
    '--put',
    'shop/stock=11',
    '--put',
    'shop/sold=a = b',
    '--get',
    'shop/sold',
  ]

  it('changes several keys at one revision if the comparisons hold', async () => {
    const done = await home.run(
      ...sell,
      '--if',
      'value shop/stock = 12',
      '--if',
      'version shop/sold = 0',
    )
    expect(done).toMatchObject({ exit: 0 })
    expect(done.out).toBe('Done, at revision 2.\nput shop/stock\nput shop/sold\nshop/sold a = b')
    expect((await home.run('kv', 'get', 'shop/stock')).out).toBe('11')
  })

  it('is refused where one does not hold and nothing stands for it, and changes nothing', async () => {
    const { exit, err } = await home.run('--json', ...sell, '--if', 'value shop/stock > 12')
    expect([exit, JSON.parse(err).code]).toEqual([4, 'COMPARISON_FAILED'])
    expect((await home.run('kv', 'get', 'shop/sold')).exit).toBe(5)
  })

  it('puts no key twice', async () => {
    const twice = ['--put', 'shop/stock=3', '--put', 'shop/stock=4']
    expect(await home.run('kv', 'txn', ...twice)).toMatchObject({
      exit: 2,
      err: expect.stringContaining('“shop/stock” is put twice'),
    })
    const both = ['--put', 'shop/stock=3', '--delete', 'shop/stock']
    expect((await home.run('kv', 'txn', ...both)).exit).not.toBe(0)
    expect((await home.run('kv', 'get', 'shop/stock')).out).toBe('12')
  })

  it('does what stands for that case instead', async () => {
    const other = ['--else-get', 'shop/stock', '--else-delete', 'shop/x']
    const { exit, out } = await home.run(...sell, '--if', 'modRevision shop/stock < 1', ...other)
    expect(exit).toBe(0)
    expect(out).toMatch(/does not hold.*revision 1\.\nthere was no shop\/x\nshop\/stock 12$/)
  })

  it('takes a document as the API does', async () => {
    const file = path.join(home.home, 'transaction.json')
    writeFileSync(file, JSON.stringify({ success: [{ op: 'delete', key: 'shop/stock' }] }))
    const answers = [{ op: 'delete', key: 'shop/stock', deleted: true }]
    expect(await home.json('kv', 'txn', '--file', file)).toMatchObject({ succeeded: true, answers })
    writeFileSync(file, '{"success":[{"op":"drop","key":"a"}]}')
    expect((await home.run('kv', 'txn', '--file', file)).exit).toBe(2)
    writeFileSync(file, 'no document')
    expect((await home.run('kv', 'txn', '--file', file)).exit).toBe(2)
  })

  it('names every comparison there is to whoever wrote another', async () => {
    const { exit, err } = await home.run('kv', 'txn', '--if', 'rev a = 1', '--get', 'a')
    expect(exit).toBe(2)
    expect(err).toMatch(/“rev a = 1” is none of "value KEY = TEXT", "modRevision KEY = 7"/)
  })

  it.each([
    [[]],
    [['--if', 'value shop/stock is 12', '--get', 'shop/stock']],
    [['--if', 'lock shop/x != shop/y', '--get', 'shop/stock']],
    [['--if', 'version shop/stock = many', '--get', 'shop/stock']],
    [['--put', 'shop/stock']],
    [['--file', '-', '--get', 'shop/stock']],
  ])('says what is wrong with %j', async (flags) => {
    expect((await home.run('kv', 'txn', ...flags)).exit).toBe(2)
  })
})
