/**
 * An uninstall that ends in each of its changes of files, one after the other: the next run comes to the end, and
 * nothing is left. Its engine has nothing of it, and is found by the home alone.
 */
import fs from 'node:fs'
import { createServer, type Server } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createTestHome, type TestHome } from '../testing/cli-run.ts'

const { existsSync, lstatSync, readdirSync, rmSync, writeFileSync, cpSync, mkdirSync } = fs

let home: TestHome
let top: string
let engine: Server
beforeEach(async () => {
  home = createTestHome()
  top = `${home.home}-beside`
  mkdirSync(top)
  vi.stubEnv('DOCKER_HOST', 'unix:///nowhere.sock')
  // Nothing of the firewall is asked, sixty times over.
  vi.stubEnv('PATH', '')
  engine = createServer(({ url = '' }, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(url.includes('/volumes') ? '{"Volumes":[],"Warnings":[]}' : '[]')
  })
  await new Promise<void>((resolve) => engine.listen(path.join(top, 'engine.sock'), resolve))
})
afterEach(async () => {
  engine.close()
  vi.unstubAllEnvs()
  rmSync(top, { recursive: true })
  await home.remove()
})

/**
 * Runs with the end in the middle of the change of that number: of a folder that goes, the first of what is in it
 * goes before. Nothing changes from then on. How many changes there were, with those that came to nothing.
 */
async function uninstallUntil(change: number): Promise<number> {
  const real = { ...fs.promises }
  let changes = 0
  const before = (entry: unknown): void => {
    if (!String(entry).startsWith(home.home)) return
    changes++
    if (changes < change) return
    if (changes === change) breakOff(String(entry))
    throw new Error('killed')
  }
  const ended = (name: 'rm' | 'rmdir' | 'rename' | 'writeFile' | 'open'): void => {
    const act = real[name] as (...args: unknown[]) => Promise<unknown>
    Object.assign(fs.promises, {
      async [name](...args: unknown[]) {
        // What is opened to be read changes nothing.
        if (name !== 'open' || args[1] === 'w') before(args[0])
        return act(...args)
      },
    })
  }
  for (const name of ['rm', 'rmdir', 'rename', 'writeFile', 'open'] as const) ended(name)
  syncBuiltinESMExports()
  try {
    await home.run('uninstall', '--yes')
  } finally {
    Object.assign(fs.promises, real)
    syncBuiltinESMExports()
  }
  return changes
}

function breakOff(entry: string): void {
  const isFolder = lstatSync(entry, { throwIfNoEntry: false })?.isDirectory()
  const [first] = isFolder ? readdirSync(entry).sort() : []
  if (first !== undefined) rmSync(path.join(entry, first), { recursive: true })
}

/** @param last Only so many changes are its end, since the others are those of another test; all of them without. */
async function endAnywhere(data: string, last = Number.POSITIVE_INFINITY): Promise<void> {
  await home.run('init', '--network-name', 'Garden', '--name', 'ada')
  const address = `unix://${path.join(top, 'engine.sock')}`
  writeFileSync(path.join(data, 'engine.json'), JSON.stringify({ version: 1, address }))
  const template = path.join(top, 'template')
  cpSync(home.home, template, { recursive: true })
  const changes = await uninstallUntil(Number.POSITIVE_INFINITY)
  expect(existsSync(home.home)).toBe(false)
  expect(changes).toBeGreaterThan(10)
  for (let change = Math.max(1, changes - last + 1); change <= changes; change++) {
    cpSync(template, home.home, { recursive: true })
    await uninstallUntil(change)
    const state = fs.globSync('**', { cwd: home.home })
    const again = await home.run('uninstall', '--yes')
    const where = `in its change ${change}, which left ${state}`
    expect([again.exit, existsSync(home.home)], where).toEqual([0, false])
  }
}

it('leaves nothing once it is run again, wherever it was killed', async () => {
  await endAnywhere(home.home)
}, 120_000)

it('leaves nothing either where its config says that its data lies elsewhere', async () => {
  mkdirSync(path.join(home.home, 'data'))
  writeFileSync(path.join(home.home, 'config.toml'), '[node]\ndata_dir = "data"\n')
  await endAnywhere(path.join(home.home, 'data'), 9)
}, 120_000)
