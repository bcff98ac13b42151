/** How late a node's main thread is, told by a probe that is loaded into its process. */
import { readFileSync, unlinkSync } from 'node:fs'
import path from 'node:path'
import type { BenchNode } from './network.ts'
import { waitFor } from './processes.ts'
import { bundledCli } from './program.ts'

const PROBE = path.join(import.meta.dirname, 'peers/loop-probe.mjs')

export interface Late {
  p50Ms: number
  p99Ms: number
  maxMs: number
}

/** Starts a node whose figures go to that file. */
export function probed(file: string): string[] {
  return ['env', `LOOP_FILE=${file}`, process.execPath, '--import', PROBE, bundledCli()]
}

/** The delay since it was last asked for. */
export async function late(node: BenchNode, file: string): Promise<Late> {
  try {
    unlinkSync(file)
  } catch {
    // The first time there is none.
  }
  node.child.kill('SIGUSR2')
  let figures: Late | undefined
  await waitFor('figures of the main thread', 10_000, () => {
    try {
      figures = JSON.parse(readFileSync(file, 'utf8'))
    } catch {
      return false
    }
    return true
  })
  return figures!
}
