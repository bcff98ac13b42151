import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LAUNCHER_FAILED, launchCommand } from './launch.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'mycelium-launch-test-')), 'a=b')
  await mkdir(folder)
  await writeFile(join(folder, 'program'), '#!/bin/sh\necho "$X"; wc -c', { mode: 0o755 })
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

interface Launched {
  told?: string
  program?: string
  args?: string[]
  environment?: Record<string, string>
}

function launch({
  told,
  program = './program',
  args = [],
  environment = { X: 'y' },
}: Launched = {}) {
  const none = { cgroups: [], userId: undefined, setpriv: undefined }
  const command = launchCommand({ program, args, environment, ...none })
  const how = { cwd: folder, env: {}, encoding: 'utf8', input: told ?? command.input } as const
  return { ...spawnSync(command.file, command.args, how), args: command.args }
}

describe.skipIf(process.platform === 'win32')('the launcher', () => {
  it('becomes the program, wherever that lies, with an empty input', () => {
    expect(launch().stdout.split(/\s+/)).toEqual(['y', '0', ''])
  })

  it('ends without the program when nobody tells it to go on', () => {
    expect(launch({ told: '' })).toMatchObject({ status: LAUNCHER_FAILED, stdout: '' })
  })

  it('ends without the program when what that is given breaks off', () => {
    for (const told of ['go\n', "go\nX='y'\n", "go\nX='y"]) {
      expect(launch({ told })).toMatchObject({ status: LAUNCHER_FAILED, stdout: '' })
    }
  })

  it('gives the program its environment byte for byte, and says nothing of it in its arguments', () => {
    const given = {
      ...{ PLAIN: 'secret', EMPTY: '', QUOTES: `it's "so" $HOME \`id\` \\`, LINES: 'a\n\n.\nb\n' },
      ...{ BYTES: '\u0081\u0088 😀 \t\r\u001b', EQUALS: '=a=b', line: 'l', mycelium: 'm', n: '5' },
      ...{ PATH: '/usr/bin:/bin', UID: '7', IFS: 'x', PPID: '3', HOME: '/work', _x: 'y' },
      LONG: 'x'.repeat(32_768),
    }
    const { stdout, args, status } = launch({
      program: '/usr/bin/env',
      args: ['-0'],
      environment: given,
    })
    expect(status).toBe(0)
    const found = Object.fromEntries(
      stdout
        .split('\0')
        .filter(Boolean)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
    expect(found).toMatchObject(given)
    expect(Object.keys(found).filter((name) => !(name in given))).toEqual(
      expect.not.arrayContaining([expect.stringContaining('mycelium_')]),
    )
    expect(args.join(' ')).not.toContain('secret')
  })

  it('asks setpriv for the rules of Landlock, and for none unasked', () => {
    const asked = { program: './program', args: [], environment: {}, cgroups: [] }
    const given = { ...asked, userId: undefined, setpriv: '/usr/bin/setpriv' }
    expect(launchCommand(given).args.join(' ')).not.toContain('landlock')
    const { args } = launchCommand({ ...given, confinement: { by: 'landlock' } })
    const rules = args.filter((word) => word.startsWith('path-beneath:'))
    const writable = rules.filter((rule) => rule.includes('write-file'))
    expect(writable.map((rule) => rule.split(':')[2])).toEqual([
      ...['/work', '/tmp', '/dev/shm', '/dev'],
    ])
  })
})
