import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSystemRandom } from '../../node-core/base/random/index.ts'
import {
  encodePrivateKeyPem,
  generateKey,
  parsePrivateKeyPem,
} from '../../node-core/identity/index.ts'
import { createRunningHome, createTestHome, type TestHome } from '../testing/cli-run.ts'

/** Sealing and opening take a third of a second each, so one file does for all. */
describe('mycelium owner export, and a home that takes what it wrote', () => {
  const ada = createTestHome()
  const file = path.join(ada.home, 'ada.owner')
  const passphrase = path.join(ada.home, 'passphrase')
  const adopting = ['--owner', file, '--passphrase-file', passphrase]
  let made: unknown

  beforeAll(async () => {
    await ada.json('init', '--network-name', 'Garden')
    made = await ada.json('owner', 'export', file, '--generate')
    writeFileSync(passphrase, `${Reflect.get(Object(made), 'passphrase')}\n`)
  })
  afterAll(() => ada.remove())

  const keyOf = ({ home }: TestHome, name = 'owner.key') =>
    readFileSync(path.join(home, 'identity', name), 'utf8')

  it('writes a file for its owner alone, and shows the passphrase once', async () => {
    expect(made).toEqual({
      file,
      owner: expect.stringMatching(/^[0-9a-f]{64}$/),
      passphrase: expect.stringMatching(/^([a-hjkmnp-z02-9]{5}-){4}[a-hjkmnp-z02-9]{5}$/),
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).not.toContain(keyOf(ada).split('\n')[1])
    const short = path.join(ada.home, 'short')
    writeFileSync(short, 'hunter2')
    const again = await ada.run('owner', 'export', `${file}2`, '--passphrase-file', short)
    expect([again.exit, again.err]).toEqual([2, expect.stringContaining('PASSPHRASE_SHORT')])
    const untyped = await ada.run('owner', 'export', `${file}2`)
    expect([untyped.exit, untyped.err]).toEqual([2, expect.stringMatching(/- reads.*--generate/)])
    const without = createTestHome()
    expect((await without.run('owner', 'export', `${file}2`, '--generate')).exit).toBe(5)
    await without.remove()
  })

  it('is offered where somebody founds, and not to whoever brings a file', async () => {
    const [alone, second] = [createTestHome(), createTestHome()]
    const offer = 'To back it up: mycelium owner export me.owner'
    expect((await alone.run('init', '--network-name', 'Shed')).err).toContain(offer)
    const brought = await second.run('init', '--network-name', 'Shed', ...adopting)
    expect([brought.exit, brought.err.includes(offer)]).toEqual([0, false])
    // Whoever left and comes again has the same key, and was told of it.
    rmSync(path.join(alone.home, 'genesis.cbor'))
    const again = await alone.run('init', '--network-name', 'Barn')
    expect([again.exit, again.err.includes(offer)]).toEqual([0, false])
    await Promise.all([alone.remove(), second.remove()])
  })

  it('makes another computer one of the same owner; who it had before is laid aside', async () => {
    const other = createTestHome()
    const before = generateKey(createSystemRandom())
    mkdirSync(path.join(other.home, 'identity'))
    writeFileSync(path.join(other.home, 'identity', 'owner.key'), encodePrivateKeyPem(before))
    const init = ['init', '--network-name', 'Shed', ...adopting, '--replace-owner']
    expect((await other.run(...init)).exit).toBe(0)
    expect(keyOf(other)).toBe(keyOf(ada))
    expect(keyOf(other, 'node.key')).not.toBe(keyOf(ada, 'node.key'))
    const aside = readdirSync(path.join(other.home, 'identity')).find((name) =>
      /^owner-[0-9a-f]{8}\.key$/.test(name),
    )
    expect(parsePrivateKeyPem(keyOf(other, aside)).seed).toEqual(before.seed)
    await other.remove()
  })

  it('changes nothing where the way in fails', async () => {
    const other = createTestHome()
    await other.run('init', '--network-name', 'Shed')
    // Whoever left is in no network, and has an owner on whom something may hang.
    rmSync(path.join(other.home, 'genesis.cbor'))
    const before = keyOf(other)
    const gone = path.join(other.home, 'no-such-file')
    const join = ['join', '--seed-spore', gone, ...adopting]
    expect(await other.run(...join)).toMatchObject({
      ...{ exit: 4, err: expect.stringContaining('OWNER_KEY_EXISTS') },
    })
    const failed = await other.run(...join, '--replace-owner')
    expect(failed.err).toContain('SEED_UNREACHABLE')
    expect(keyOf(other)).toBe(before)
    const fresh = createTestHome()
    expect((await fresh.run(...join)).err).toContain('SEED_UNREACHABLE')
    expect(readdirSync(path.join(fresh.home, 'identity'))).toEqual(['node.key', 'node.pub'])
    await Promise.all([other.remove(), fresh.remove()])
  })

  it('is refused by the code of what is wrong, and the home stays as it was', async () => {
    const other = createTestHome()
    const join = (...more: string[]) => other.run('join', '--seed-spore', 'nothing', ...more)
    const wrong = path.join(ada.home, 'wrong')
    writeFileSync(wrong, 'another horse battery')
    expect(await join('--owner', file, '--passphrase-file', wrong)).toMatchObject({
      ...{ exit: 4, err: expect.stringContaining('PASSPHRASE_WRONG') },
    })
    const pem = path.join(ada.home, 'identity', 'owner.key')
    expect(await join('--owner', pem, '--passphrase-file', wrong)).toMatchObject({
      ...{ exit: 1, err: expect.stringContaining('OWNER_FILE_INVALID') },
    })
    expect((await join('--owner', file)).exit).toBe(2)
    expect((await join('--replace-owner')).exit).toBe(2)
    expect(readdirSync(other.home)).toEqual([])
    await other.remove()
  })

  it('has no rival in a home that a mistyped link was tried on: no keys are made for it', async () => {
    const other = createTestHome()
    const mistyped = await other.run('join', 'mycelium://join?invite=xx')
    expect([mistyped.exit === 0, mistyped.err]).toEqual([false, expect.stringContaining('INVITE')])
    expect(readdirSync(other.home)).toEqual([])
    await other.remove()
  })

  it('is given to the node that runs, where one does', async () => {
    const running = await createRunningHome()
    running.node.world.inNetwork = false
    const { exit } = await running.run('join', 'mycelium://join?x', ...adopting)
    expect(exit).toBe(0)
    const sealed = readFileSync(file, 'utf8')
    const typed = readFileSync(passphrase, 'utf8').trim()
    expect(running.node.world.calls).toEqual([
      { what: 'join as', with: { sealed, passphrase: typed, replace: false } },
    ])
    await running.remove()
  })
})
