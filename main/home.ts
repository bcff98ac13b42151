/** Which home the app uses, and what its config says; the same file the command line reads. */
import { homedir } from 'node:os'
import path from 'node:path'
import { readConfig } from '../cli/config.ts'
import { nodeConfigOf } from '../cli/node-config.ts'
import type { NodeConfig } from '../node-core/node.ts'

export function homeOf(env: Readonly<Record<string, string | undefined>>): string {
  return path.resolve(env.MYCELIUM_HOME || path.join(homedir(), '.mycelium'))
}

export interface HomeConfig {
  node: NodeConfig
  logLevel: 'error' | 'warn' | 'info' | 'debug'
}

/** Throws naming every wrong field of `<home>/config.toml`. */
export function readHomeConfig(home: string, windowFolder: string): HomeConfig {
  const config = readConfig(home)
  const dataFolder = config.node?.data_dir
  const data = dataFolder === undefined ? home : path.resolve(home, dataFolder)
  return {
    node: nodeConfigOf(data, config, windowFolder),
    logLevel: config.logging?.level ?? 'info',
  }
}
