import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { createFirewall, createShield, type Firewall, type Shield } from './index.ts'
import { chainsOf, linkPrefixOf, markOf } from './rules.ts'
import { neighboursMissing } from './testing/neighbours.ts'

const missing = neighboursMissing()
/** No test of programs gives this one to a program. */
const USER = 61_183

describe.skipIf(missing)(`rules of a killed node${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let folder: string
  let notes: string
  let program: ChildProcess | undefined
  const started: Shield[] = []

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mycelium-shields-'))
    notes = path.join(folder, 'notes')
  })

  afterEach(async () => {
    program?.kill('SIGKILL')
    for (const shield of started.splice(0)) {
      await shield.bindOnly('user', new Map())
      await shield.stop()
    }
    rmSync(folder, { recursive: true, force: true })
  })

  /** A node that bounds one program and is never told to stop. */
  async function killed(name: string): Promise<{ node: NodeId; home: string }> {
    const { node, home, shield } = await start(name)
    await shield.bind(`user:${USER}`, { own: true })
    return { node, home }
  }

  async function start(name: string, firewall = createFirewall()) {
    const node = parseNodeId(randomBytes(32).toString('hex'))
    if (!node) throw new Error('no id')
    const home = path.join(folder, name)
    mkdirSync(home)
    const deps = { node, firewall, clock: createSimClock() }
    const users = { first: USER, last: USER }
    const options = { users, place: { home, notes } }
    const shield = createShield({ ...deps, logger: createSilentLogger() }, options)
    await shield.start()
    started.push(shield)
    return { node, home, shield }
  }

  const rules = (program: string): string => execFileSync(program, ['-w', '-S']).toString()

  it('go with the next start of another once its home is gone, and no sooner', async () => {
    const { node, home } = await killed('killed')
    await start('first')
    expect(rules('iptables')).toContain(`--uid-owner ${USER} -j ${chainsOf(node).output}`)
    rmSync(home, { recursive: true })
    await start('second')
    expect(rules('iptables')).not.toContain(markOf(node))
    expect(rules('ip6tables')).not.toContain(markOf(node))
    expect(readdirSync(notes)).toHaveLength(2)
  })

  it('stay while what they bound runs on', async () => {
    const { node, home } = await killed('killed')
    rmSync(home, { recursive: true })
    program = spawn('sleep', ['60'], { uid: USER, gid: USER })
    await start('first')
    expect(rules('iptables')).toContain(markOf(node))
    const ended = new Promise((resolve) => program?.once('exit', resolve))
    program.kill('SIGKILL')
    await ended
    await start('second')
    expect(rules('iptables')).not.toContain(markOf(node))
  })

  it('stay while something is at a bridge of its, and no longer', async () => {
    const { node, home } = await killed('killed')
    rmSync(home, { recursive: true })
    const bridge = `${linkPrefixOf(node)}12345678`
    const port = `mynbp${process.pid}`
    const ip = (...args: string[]) => execFileSync('ip', ['link', ...args])
    ip('add', bridge, 'type', 'bridge')
    try {
      ip('add', port, 'master', bridge, 'type', 'veth', 'peer', 'name', `${port}p`)
      await start('first')
      expect(rules('iptables')).toContain(markOf(node))
      ip('del', port)
      await start('second')
      expect(rules('iptables')).not.toContain(markOf(node))
    } finally {
      ip('del', bridge)
    }
  })

  it('stay though a shield that was told of nothing stops, while something is at a bridge', async () => {
    const { node, shield } = await start('left')
    const bridge = `${linkPrefixOf(node)}12345678`
    const port = `mynbq${process.pid}`
    const ip = (...args: string[]) => execFileSync('ip', ['link', ...args])
    ip('add', bridge, 'type', 'bridge')
    try {
      ip('add', port, 'master', bridge, 'type', 'veth', 'peer', 'name', `${port}p`)
      await shield.stop()
      expect(rules('iptables')).toContain(markOf(node))
      expect(readdirSync(notes)).toHaveLength(1)
      ip('del', port)
      await shield.stop()
      expect(rules('iptables')).not.toContain(markOf(node))
    } finally {
      ip('del', bridge)
    }
  })

  it('are noted before there are any, and until there are none', async () => {
    const firewall = createFirewall()
    let works = true
    const atRestore: number[] = []
    const restore: Firewall['restore'] = async (family, text) => {
      atRestore.push(readdirSync(notes).length)
      if (!works) throw new Error('Another program has the lock')
      await firewall.restore(family, text)
    }
    const { node, home, shield } = await start('locked', { ...firewall, restore })
    expect(atRestore[0]).toBe(1)
    works = false
    await shield.stop()
    works = true
    expect(rules('iptables')).toContain(markOf(node))
    rmSync(home, { recursive: true })
    await start('next')
    expect(rules('iptables')).not.toContain(markOf(node))
  })

  it('are noted by nobody who stops in order', async () => {
    const { shield } = await start('tidy')
    expect(readdirSync(notes)).toHaveLength(1)
    await shield.stop()
    expect(readdirSync(notes)).toEqual([])
  })
})
