/** Secrets on the command line, against a node in memory. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

const VALUE = 'correct horse battery staple'

let home: RunningHome
let file: string
beforeEach(async () => {
  home = await createRunningHome()
  file = path.join(home.home, 'value')
  writeFileSync(file, VALUE)
})
afterEach(() => home.remove())

describe('mycelium secret', () => {
  it('sets, lists, gives another value, and deletes', async () => {
    const set = await home.run('secret', 'set', 'shop/password', '--file', file)
    expect(set).toMatchObject({
      exit: 0,
      out: 'shop/password is at version 1, read by one computer.',
    })
    const rotated = await home.json('secret', 'rotate', 'shop/password', '--generate')
    expect(rotated).toMatchObject({ name: 'shop/password', version: 2 })
    const listed = await home.json('secret', 'list', 'shop/')
    expect(listed).toMatchObject({
      secrets: [{ name: 'shop/password', version: 2, readers: [{ state: 'ready' }] }],
      more: false,
    })
    expect((await home.run('secret', 'delete', 'shop/password')).out).toBe('shop/password is gone.')
    expect((await home.run('secret', 'list')).out).toMatch(/^There are no secrets here yet/)
  })

  it('says who cannot start without what was deleted', async () => {
    await home.run('secret', 'set', 'shop/password', '--file', file)
    const ties = ['--secret', 'shop/password=PASSWORD']
    await home.json('deploy', '--image', 'hello:1', '--name', 'shop', ...ties)
    const { out } = await home.run('secret', 'delete', 'shop/password')
    expect(out).toBe(
      'shop/password is gone. Copies of “shop” are handed it, and none starts without it. ' +
        'Set it again: mycelium secret set shop/password',
    )
    await home.run('secret', 'set', 'shop/other', '--file', file)
    const other = await home.run('secret', 'delete', 'shop/other')
    expect(other.out).toBe('shop/other is gone.')
  })

  it('says how it stands by its exit code', async () => {
    await home.run('secret', 'set', 'shop/password', '--file', file)
    const exits = async (...args: string[]) => (await home.run('secret', ...args)).exit
    expect(await exits('rotate', 'shop/none', '--generate')).toBe(5)
    expect(await exits('delete', 'shop/none')).toBe(5)
    expect(await exits('set', 'shop/password', '--generate', '--if-version', '0')).toBe(4)
    expect(await exits('set', 'shop/password', '--generate', '--file', file)).toBe(2)
    expect(await exits('set', 'shop/password', '--generate', '--if-version', 'x')).toBe(2)
    expect(await exits('set', 'lost/password', '--generate')).toBe(6)
    expect(await exits('set', 'shop/x', '--file', 'gone')).toBe(5)
    home.node.world.permissions = ['use']
    expect(await exits('set', 'shop/password', '--generate')).toBe(4)
    expect(await exits('list')).toBe(0)
  })

  it('refuses an empty value, and a name that no manifest can give', async () => {
    const empty = path.join(home.home, 'empty')
    writeFileSync(empty, '')
    const refused = await home.run('secret', 'set', 'shop/password', '--file', empty)
    expect(refused).toMatchObject({ exit: 2, err: expect.stringContaining('The value is empty') })
    for (const name of ['x', 'shop/', 'Shop/x', 'shop/a b']) {
      const { exit, err } = await home.run('secret', 'set', name, '--file', file)
      expect([name, exit, err]).toEqual([name, 2, expect.stringContaining('shop/password')])
    }
    expect(await home.json('secret', 'list')).toMatchObject({ secrets: [] })
  })

  it('takes no value from the command line, where others could read it', async () => {
    const { exit, err } = await home.run('secret', 'set', 'shop/password', VALUE)
    expect(exit).toBe(2)
    expect(err).not.toContain(VALUE)
  })

  it('shows a value in no answer, and says when a line break is part of one', async () => {
    writeFileSync(file, `${VALUE}\n`)
    const set = await home.run('secret', 'set', 'shop/password', '--file', file)
    expect(set.err).toContain('line break')
    const answers = [
      set,
      await home.run('--json', 'secret', 'list'),
      await home.run('secret', 'list'),
    ]
    const base64 = Buffer.from(`${VALUE}\n`).toString('base64')
    for (const { out, err } of answers) {
      expect(out + err).not.toContain('horse')
      expect(out + err).not.toContain(base64)
    }
  })
})
