import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import type { InstanceAccess } from '../../../work/runners/index.ts'
import { openStreet, type Street, WEB } from './doors.fixture.ts'
import { SECRETS_RETRY_MS } from './limits.ts'

describe('secrets that an instance is handed', () => {
  let street: Street
  beforeEach(async () => {
    street = await openStreet()
    street.handed = [{ name: 'web/password', env: 'DB_PASSWORD', file: 'password' }]
  })
  afterEach(() => street.end())

  const fileOf = ({ folder }: InstanceAccess, name: string) => path.join(folder, 'secrets', name)
  const read = (access: InstanceAccess, name = 'password') =>
    readFileSync(fileOf(access, name), 'utf8')
  const put = (name: string, version: number, text: string | Uint8Array): void => {
    street.values.set(name, { version, value: Buffer.from(text) })
    street.tell()
  }

  it('are in its variables and in files that it cannot change, and nothing else is there', async () => {
    const access = await street.opened(WEB)
    expect(access.secrets).toEqual({ DB_PASSWORD: 'hunter2' })
    expect(read(access)).toBe('hunter2')
    expect(statSync(fileOf(access, 'password')).mode & 0o777).toBe(0o444)
    expect(readdirSync(path.join(access.folder, 'secrets'))).toEqual(['password'])
  })

  it('are written anew when they change, and the variables of a running one are not', async () => {
    const access = await street.opened(WEB)
    put('web/password', 3, 'correct horse')
    await expect.poll(() => read(access)).toBe('correct horse')
    expect(access.secrets).toEqual({ DB_PASSWORD: 'hunter2' })
    expect((await street.opened(WEB)).secrets).toEqual({ DB_PASSWORD: 'correct horse' })
  })

  it('stay in the hands of a running one when they are deleted', async () => {
    put('web/other', 1, 'one')
    street.handed?.push({ name: 'web/other', file: 'other' })
    const access = await street.opened(WEB)
    street.values.delete('web/password')
    put('web/other', 2, 'two')
    // The others follow all the same.
    await expect.poll(() => read(access, 'other')).toBe('two')
    expect(read(access)).toBe('hunter2')
  })

  it('are opened anew only where they changed, whatever else did and however often', async () => {
    street.handed = Array.from({ length: 3 }, (_, at) => ({ name: `web/${at}`, file: `${at}` }))
    for (const { name } of street.handed) put(name, 1, 'one')
    const access = await street.opened(WEB)
    street.openings.length = 0
    for (let change = 0; change < 500; change++) street.tell()
    put('web/1', 2, 'two')
    await expect.poll(() => read(access, '1')).toBe('two')
    expect(street.openings).toEqual(['web/1'])
  })

  it('are written anew where one was deleted and came again as the first version', async () => {
    put('web/password', 1, 'one')
    const access = await street.opened(WEB)
    put('web/password', 1, 'another')
    await expect.poll(() => read(access)).toBe('another')
  })

  it('go with it', async () => {
    const access = await street.opened(WEB)
    await street.doors.close(WEB.id)
    expect(() => read(access)).toThrow(/ENOENT/)
    const other = await street.opened({ ...WEB, id: 'web-1-abcdef', index: 1 })
    put('web/password', 3, 'later')
    // Whoever is written to is written to in the order in which they came.
    await expect.poll(() => read(other)).toBe('later')
    expect(() => read(access)).toThrow(/ENOENT/)
  })

  it('are current again after a restart of the node', async () => {
    const access = await street.opened(WEB)
    street.values.set('web/password', { version: 9, value: Buffer.from('meanwhile') })
    await street.renew()
    expect((await street.opened(WEB)).folder).toBe(access.folder)
    expect(read(access)).toBe('meanwhile')
    put('web/password', 10, 'and on')
    await expect.poll(() => read(access)).toBe('and on')
  })

  describe('of one that a restarted node finds running', () => {
    it('follow once the registry is there, though it was not at first', async () => {
      const access = await street.opened(WEB)
      await street.renew()
      street.standing = 'unknown'
      await expect(street.opened(WEB)).rejects.toMatchObject({ code: 'SECRET_WAITING' })
      street.standing = 'own'
      put('web/password', 9, 'meanwhile')
      await expect.poll(() => read(access)).toBe('meanwhile')
    })

    it('follow also where nobody had said yet what it is handed', async () => {
      const access = await street.opened(WEB)
      const told = street.handed
      await street.renew()
      street.handed = undefined
      await street.opened(WEB)
      street.handed = told
      put('web/password', 9, 'meanwhile')
      await expect.poll(() => read(access)).toBe('meanwhile')
    })

    it('follow where one of them is gone for good', async () => {
      put('web/other', 1, 'one')
      street.handed?.push({ name: 'web/other', file: 'other' })
      const access = await street.opened(WEB)
      street.values.delete('web/password')
      await street.renew()
      await expect(street.opened(WEB)).rejects.toMatchObject({ code: 'SECRET_MISSING' })
      put('web/other', 2, 'two')
      await expect.poll(() => read(access, 'other')).toBe('two')
      expect(read(access)).toBe('hunter2')
    })

    it('are tried again where no change tells that they can be had', async () => {
      const access = await street.opened(WEB)
      const clock = createSimClock()
      await street.renew({ clock })
      street.standing = 'unknown'
      await expect(street.opened(WEB)).rejects.toMatchObject({ code: 'SECRET_WAITING' })
      street.values.set('web/password', { version: 9, value: Buffer.from('meanwhile') })
      street.standing = 'own'
      const later = (): string => {
        clock.advance(SECRETS_RETRY_MS)
        return read(access)
      }
      await expect.poll(later).toBe('meanwhile')
    })
  })

  it('are written whatever a node that was killed left in the way, and whatever the umask', async () => {
    const access = await street.opened(WEB)
    const elsewhere = path.join(street.root, 'elsewhere')
    writeFileSync(elsewhere, 'as it was')
    symlinkSync(elsewhere, fileOf(access, '.password.new'))
    const before = process.umask(0o077)
    put('web/password', 3, 'later')
    await expect
      .poll(() => read(access))
      .toBe('later')
      .finally(() => process.umask(before))
    expect(readFileSync(elsewhere, 'utf8')).toBe('as it was')
    expect(statSync(fileOf(access, 'password')).mode & 0o777).toBe(0o444)
    expect(readdirSync(path.join(access.folder, 'secrets'))).toEqual(['password'])
  })

  it('are waited for, or said to be missing, by codes of their own', async () => {
    const asked = async (name: string, file = 'file') => {
      street.handed = [{ name, file }]
      return street.opened(WEB)
    }
    await expect(asked('web/later')).rejects.toMatchObject({ code: 'SECRET_WAITING' })
    const missing = {
      code: 'SECRET_MISSING',
      message: expect.stringContaining('mycelium secret set'),
    }
    await expect(asked('web/nothing')).rejects.toMatchObject(missing)
    street.standing = 'unknown'
    await expect(asked('web/password')).rejects.toMatchObject({ code: 'SECRET_WAITING' })
  })

  it('are not those of another owner who has the name', async () => {
    street.standing = 'foreign'
    await expect(street.opened(WEB)).rejects.toMatchObject({ code: 'SECRET_MISSING' })
  })

  it('that are no text go into files alone', async () => {
    put('web/key', 1, new Uint8Array([0xff, 0x00, 0xfe]))
    street.handed = [{ name: 'web/key', file: 'key' }]
    expect(readFileSync(fileOf(await street.opened(WEB), 'key'))).toHaveLength(3)
    street.handed = [{ name: 'web/key', env: 'KEY' }]
    await expect(street.opened(WEB)).rejects.toMatchObject({ code: 'SECRET_MISSING' })
  })

  it('are refused where there is no place for them', async () => {
    await street.renew({ folders: ['/dev/null/no-folder'] })
    const refusal = { code: 'NOT_SUPPORTED', details: { reason: 'NO_DOOR' } }
    await expect(street.opened(WEB)).rejects.toMatchObject(refusal)
  })
})
