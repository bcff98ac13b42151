/** `mycelium kv lock`, against a node in memory, with real programs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

describe('mycelium kv lock', () => {
  let home: RunningHome
  beforeEach(async () => {
    home = await createRunningHome()
  })
  afterEach(() => home.remove())

  const shell = (script: string) => ['--', '/bin/sh', '-c', script]
  const file = (name: string) => path.join(home.home, name)
  const show = () => home.run('--json', 'kv', 'lock', 'shop/leader')

  it('runs the command with the lock in hand, and gives it back', async () => {
    const script = `echo "$MYCELIUM_LOCK $MYCELIUM_LOCK_TOKEN $MYCELIUM_LEASE" > ${file('seen')}`
    const { exit } = await home.run('kv', 'lock', 'shop/leader', ...shell(script))
    expect(exit).toBe(0)
    expect(readFileSync(file('seen'), 'utf8')).toMatch(/^shop\/leader 1 shop\/\S+\n$/)
    expect((await show()).exit).toBe(5)
    expect((await home.run('kv', 'lock', 'shop/leader', '--stale')).exit).toBe(5)
    const stale = await home.run('kv', 'lock', 'shop/leader', '--stale', ...shell('exit 0'))
    expect(stale.exit).toBe(2)
  })

  it('ends as the command has ended', async () => {
    expect((await home.run('kv', 'lock', 'shop/leader', ...shell('exit 42'))).exit).toBe(42)
    expect((await home.run('kv', 'lock', 'shop/leader', ...shell('kill -9 $$'))).exit).toBe(137)
    const none = await home.run('--json', 'kv', 'lock', 'shop/leader', '--', '/no/such/program')
    expect([none.exit, JSON.parse(none.err).code]).toEqual([5, 'COMMAND_FAILED'])
    expect(none.err).toContain('/no/such/program: there is no such program.')
    expect((await show()).exit).toBe(5)
  })

  it('waits its turn, or gives up when it is told to', async () => {
    await home.json('kv', 'lease', 'grant', 'shop/other', '--ttl', '60s')
    const { primary } = home.node.deps.network() ?? {}
    const body = { lock: 'shop/leader', lease: 'shop/other' }
    await primary?.execute({ kind: 'lock.acquire', body })
    expect(JSON.parse((await show()).out)).toMatchObject({ holder: 'shop/other', waiting: [] })
    const late = ['kv', 'lock', 'shop/leader', '--wait', '0s', ...shell('echo never')]
    const refused = await home.run('--json', ...late)
    expect([refused.exit, JSON.parse(refused.err).code]).toEqual([6, 'LOCK_TAKEN'])
    const run = home.run('kv', 'lock', 'shop/leader', ...shell(`touch ${file('ran')}`))
    await expect.poll(async () => JSON.parse((await show()).out).waiting).toHaveLength(1)
    expect(existsSync(file('ran'))).toBe(false)
    await primary?.execute({ kind: 'lock.release', body })
    expect((await run).exit).toBe(0)
    expect(existsSync(file('ran'))).toBe(true)
  })

  it('stops the command when the lease is gone, and says so', async () => {
    const script = `sleep 60 & echo $! > ${file('child')}; touch ${file('began')}; wait`
    const run = home.run('--json', 'kv', 'lock', 'shop/leader', '--ttl', '2s', ...shell(script))
    await expect.poll(() => existsSync(file('began'))).toBe(true)
    const { holder } = JSON.parse((await show()).out)
    await home.json('kv', 'lease', 'revoke', holder)
    const { exit, err } = await run
    expect(exit).toBe(1)
    expect(JSON.parse(err).code).toBe('LOCK_LOST')
    const child = Number(readFileSync(file('child'), 'utf8'))
    await expect.poll(() => isRunning(child)).toBe(false)
  })

  it('stops the command in time when the node is gone, by force if need be', async () => {
    const script = `trap 'touch ${file('asked')}' TERM; touch ${file('began')}; while :; do sleep 0.1; done`
    const run = home.run('--json', 'kv', 'lock', 'shop/leader', '--ttl', '2s', ...shell(script))
    await expect.poll(() => existsSync(file('began'))).toBe(true)
    await home.stopNode()
    const { exit, err } = await run
    expect([exit, JSON.parse(err).code]).toEqual([1, 'LOCK_LOST'])
    expect(existsSync(file('asked'))).toBe(true)
  })

  it('ends the command by force at a second press, before anybody else gets the lock', async () => {
    const script = `trap 'touch ${file('asked')}' INT; echo $$ > ${file('child')}; touch ${file('began')}; while :; do sleep 0.1; done`
    const cli = path.resolve(import.meta.dirname, '..', 'mycelium.ts')
    const run = spawn(process.execPath, [cli, 'kv', 'lock', 'shop/leader', ...shell(script)], {
      env: { ...process.env, MYCELIUM_HOME: home.home },
      stdio: 'ignore',
    })
    const ended = once(run, 'exit')
    await expect.poll(() => existsSync(file('began')), SOON).toBe(true)
    run.kill('SIGINT')
    await expect.poll(() => existsSync(file('asked')), SOON).toBe(true)
    const child = Number(readFileSync(file('child'), 'utf8'))
    const goesOnAfterPress = (): boolean => {
      run.kill('SIGINT')
      return isRunning(child)
    }
    try {
      await expect.poll(goesOnAfterPress, SOON).toBe(false)
      await ended
    } finally {
      if (isRunning(child)) process.kill(child, 'SIGKILL')
    }
  })

  it('wants a time that can be kept', async () => {
    expect((await home.run('kv', 'lock', 'a/x', '--ttl', '1s', ...shell('true'))).exit).toBe(2)
  })
})

/** A process of its own takes its time to load. */
const SOON = { timeout: 20_000, interval: 100 }

function isRunning(pid: number): boolean {
  try {
    // What has ended and was not yet waited for counts as ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
