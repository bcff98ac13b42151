import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { createFirewall, createShield, type Shield } from './index.ts'
import { chainsOf, markOf } from './rules.ts'
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

  async function start(name: string) {
    const node = parseNodeId(randomBytes(32).toString('hex'))
    if (!node) throw new Error('no id')
    const home = path.join(folder, name)
    mkdirSync(home)
    const deps = { node, firewall: createFirewall(), clock: createSimClock() }
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

  it('are noted by nobody who stops in order', async () => {
    const { shield } = await start('tidy')
    expect(readdirSync(notes)).toHaveLength(1)
    await shield.stop()
    expect(readdirSync(notes)).toEqual([])
  })
})
