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

function launch(input: string) {
  const { file, args } = launchCommand({
    program: './program',
    args: [],
    environment: { X: 'y' },
    cgroups: [],
    userId: undefined,
    setpriv: undefined,
  })
  return spawnSync(file, args, { cwd: folder, env: {}, input, encoding: 'utf8' })
}

describe.skipIf(process.platform === 'win32')('the launcher', () => {
  it('becomes the program, wherever that lies, with an empty input', () => {
    expect(launch('go\n').stdout.split(/\s+/)).toEqual(['y', '0', ''])
  })

  it('ends without the program when nobody tells it to go on', () => {
    expect(launch('')).toMatchObject({ status: LAUNCHER_FAILED, stdout: '' })
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
