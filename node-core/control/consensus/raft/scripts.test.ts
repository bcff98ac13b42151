import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ScriptedCluster } from './cluster.fixture.ts'
import { replay } from './datadriven.fixture.ts'

const folder = path.join(import.meta.dirname, 'testdata')

describe('Raft, by script', () => {
  const scripts = globSync('*.txt', { cwd: folder }).sort()

  it('has scripts', () => {
    expect(scripts.length).toBeGreaterThan(30)
  })

  it.each(scripts)('%s', (name) => {
    const script = readFileSync(path.join(folder, name), 'utf8')
    const cluster = new ScriptedCluster()
    expect(replay(script, (command) => cluster.run(command))).toBe(script)
  })
})
