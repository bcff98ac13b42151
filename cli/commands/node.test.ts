import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

const waits = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

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
