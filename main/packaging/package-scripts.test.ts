import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'

const ROOT = path.resolve(import.meta.dirname, '../..')
const textOf = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8')
const canRun = process.platform === 'linux' && existsSync('/bin/busybox')

let folder: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mycelium-package-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function script(name: string, text: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  chmodSync(file, 0o755)
  return file
}

describe.skipIf(!canRun)('before the package is removed', () => {
  function given() {
    const app = path.join(folder, 'mycelium')
    copyFileSync('/bin/busybox', app)
    const begin = (...args: string[]): ChildProcess => {
      const child = spawn(app, args, { argv0: 'busybox', stdio: ['pipe', 'ignore', 'ignore'] })
      children.push(child)
      return child
    }
    const text = textOf('before-remove.sh').replace('/opt/Mycelium/mycelium-app', app)
    const file = script('before-remove.sh', text)
    const run = (what: string): string => execFileSync('sh', [file, what], { encoding: 'utf8' })
    const upgrade = (): void => {
      rmSync(app)
      copyFileSync('/bin/busybox', app)
    }
    return { begin, run, upgrade }
  }
  const ended = ({ exitCode, signalCode }: ChildProcess) => signalCode ?? exitCode

  it('the app is asked to end, also one of before an upgrade, and its helpers are left to it', async () => {
    const { begin, run, upgrade } = given()
    const app = begin('sleep', '1000')
    upgrade()
    const helper = begin('sh', '-c', 'read -r line', '--type=renderer')
    expect(run('remove')).toContain('It is asked to end')
    await vi.waitFor(() => expect(ended(app)).toBe('SIGTERM'))
    expect(ended(helper)).toBeNull()
    expect(run('remove')).toBe('')
  })

  it('an upgrade lets it go on', () => {
    const { begin, run } = given()
    const app = begin('sleep', '1000')
    expect(run('upgrade')).toBe('')
    expect(ended(app)).toBeNull()
  })
})

describe('the command line of the package', () => {
  const config = parse(readFileSync(path.join(ROOT, 'electron-builder.yml'), 'utf8')) as {
    productName: string
    linux: { executableName: string; extraResources: { from: string; to: string }[] }
    deb: { fpm: string[] }
  }

  it('is a file of it on the path, where nothing of electron-builder’s own is put', () => {
    const [from = '', to] = (config.deb.fpm.find((one) => !one.startsWith('--')) ?? '').split('=')
    expect(to).toBe('/usr/bin/mycelium')
    expect(config.linux.executableName).not.toBe(path.basename(to ?? ''))
    expect(statSync(path.join(ROOT, from)).mode & 0o111).toBe(0o111)
    const bin = config.linux.extraResources.find((one) => one.to === 'bin')
    expect(bin?.from).toBe('main/packaging/bin')
    expect(textOf('usr-bin-mycelium')).toContain(
      `exec /opt/${config.productName}/resources/bin/mycelium "$@"`,
    )
  })

  it.skipIf(process.platform === 'win32')(
    'runs by the Node that comes along, also by a link',
    () => {
      const resources = path.join(folder, 'the app/resources')
      for (const name of ['bin', 'runtime'])
        mkdirSync(path.join(resources, name), { recursive: true })
      copyFileSync(
        path.join(import.meta.dirname, 'bin/mycelium'),
        path.join(resources, 'bin/mycelium'),
      )
      const node = path.join(resources, 'runtime/node')
      writeFileSync(node, '#!/bin/sh\nprintf "%s\n" "$0" "$@"\nexit 7\n', { mode: 0o755 })
      symlinkSync(path.join(resources, 'bin/mycelium'), path.join(folder, 'linked'))
      const { stdout, status } = spawnSync(path.join(folder, 'linked'), ['kv', 'put', 'a b'], {
        encoding: 'utf8',
      })
      const program = path.join(resources, 'cli/cli/mycelium.js')
      expect([stdout.trim().split('\n'), status]).toEqual([[node, program, 'kv', 'put', 'a b'], 7])
    },
  )
})

describe('after the package is removed', () => {
  const text = textOf('after-remove.sh')
  const own = 'node_modules/app-builder-lib/templates/linux/after-remove.tpl'

  it('all is done that electron-builder does by itself, and nothing is said that it would fill in', () => {
    expect(text.startsWith(readFileSync(path.join(ROOT, own), 'utf8'))).toBe(true)
    const macros = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
    expect(new Set(macros)).toEqual(new Set(['executable', 'sanitizedProductName']))
  })

  it.skipIf(!canRun)('what stays is named, and how to take it off', () => {
    const ours = text.slice(text.indexOf("# The above is electron-builder's own"))
    const file = script('after-remove.sh', ours)
    const home = path.join(folder, 'ada')
    mkdirSync(path.join(home, '.mycelium'), { recursive: true })
    script('getent', `#!/bin/sh\necho "ada:x:1:1::${home}:/bin/sh"\n`)
    script('docker', '#!/bin/sh\n[ "$1" = ps ] && printf "a\\nb\\n"\nexit 0\n')
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
    const run = (what: string): string =>
      execFileSync('sh', [file, what], { encoding: 'utf8', env })
    const said = run('remove')
    for (const one of [`${home}/.mycelium`, '2 containers', 'mycelium uninstall']) {
      expect(said).toContain(one)
    }
    expect(said).not.toContain('volumes')
    expect(run('upgrade')).toBe('')
    rmSync(home, { recursive: true })
    script('docker', '#!/bin/sh\nexit 1\n')
    expect(run('purge')).toBe('')
  })
})
