import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ADA } from '../../node-core/api/testing/memory-facts.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

const waits = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('says whose clock is off', async () => {
  const [, ben] = home.node.world.members
  const off = new Map(ben ? [[ben.id, 3_600_000]] : [])
  home.node.world.clocks = { off, apart: new Map() }
  expect((await home.run('nodes')).out).toContain(
    '! The clock of ben is 60m ahead of what most show.',
  )
  home.node.world.clocks = { off: new Map(), apart: new Map([...off].map(([id]) => [id, -90_000])) }
  expect((await home.run('nodes')).out).toContain(
    '! The clock of ben is 90s behind that of this computer: one of the two is wrong.',
  )
})

it('says that it waits to be let in, or was not', async () => {
  home.node.world.inNetwork = false
  const waiting = { network: 'n', name: 'Garden', since: '2026-11-20T00:00:00.000Z' }
  home.node.deps.lifecycle.awaitingApproval = () => waiting
  expect((await home.run('status')).out).toContain('Garden: an admin has not yet let this')
  const refused = { code: 'TURNED_AWAY', message: 'It was turned down.' }
  home.node.deps.lifecycle.awaitingApproval = () => ({ ...waiting, refused })
  const { out } = await home.run('status')
  expect(out).toContain('Garden: this computer was not let in')
  expect(out).toContain('! It was turned down. To forget it: mycelium leave')
})

it('says which of two of one name leads', async () => {
  home.node.world.committee.push(ADA.node)
  for (const command of ['nodes', 'status']) {
    expect((await home.run(command)).out).toMatch(/[Ll]ed by +ada \(term/)
  }
  for (const { profile } of home.node.world.members) profile.name = 'ada'
  const said = new RegExp(`[Ll]ed by +ada \\(${ADA.node.slice(0, 8)}\\) \\(term`)
  for (const command of ['nodes', 'status']) {
    expect((await home.run(command)).out).toMatch(said)
  }
})

it('says that a node has stopped once its process is gone, not only off its home', async () => {
  const ending = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
  const file = path.join(home.home, 'run', 'node.json')
  const told = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify({ ...told, pid: ending.pid }))
  let isSaid = false
  const down = home.run('down').then((run) => {
    isSaid = true
    return run
  })
  while (!home.node.world.stopped) await waits(5)
  rmSync(file)
  await waits(200)
  expect(isSaid).toBe(false)
  ending.stdin.end()
  expect((await down).out).toBe('The node has stopped.')
})

it('is no news to start it by where nothing is to be stopped', async () => {
  await home.stopNode()
  writeFileSync(path.join(home.home, 'run', 'node.json'), '{}')
  const { exit, err } = await home.run('down')
  expect([exit, err]).toEqual([3, expect.stringMatching(/there is nothing to stop\.$/)])
})

it('says what the words and signs in the list mean, of those that stand there', async () => {
  const [ada] = home.node.world.members
  ada!.profile = { ...ada!.profile, kinds: ['container', 'process'], strangers: ['container'] }
  const { out, err } = await home.run('nodes')
  expect(out).toContain('container,process*')
  expect(err).toMatch(/^rhizomorph: .*\nprocess\*: of its own owner alone/m)
  expect(err).not.toContain('hypha')
  expect((await home.run('nodes', '--quiet')).err).toBe('')
})

it('says how a computer comes into a network, and where names are listed', async () => {
  const hint = async (...args: string[]) => (await home.run(...args)).err
  expect(await hint('ps', 'nope')).toContain('“nope”. Those that there are: mycelium ps')
  expect(await hint('cordon', 'nope')).toContain('“nope”. Those that there are: mycelium nodes')
  expect(await hint('logs', 'nope')).toContain('Those that there are: mycelium ps')
  home.node.world.inNetwork = false
  expect(await hint('ps')).toMatch(/\(NO_NETWORK\): .* With: mycelium init, or mycelium join$/)
})
