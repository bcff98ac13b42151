import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { CommandFailure, EXIT } from './exit-codes.ts'
import type { NodeClient } from './node-client.ts'
import { findNode, readToken } from './running-node.ts'
import type { Terminal } from './terminal.ts'

/** The global options, and what every command needs to answer. */
export interface Context {
  /** Where the node's data lives: the home, or what `data_dir` of its config names. */
  home: string
  /** Where `config.toml` lives. */
  configHome: string
  json: boolean
  quiet: boolean
  verbose: boolean
  terminal: Terminal
  env: NodeJS.ProcessEnv
  /**
   * The node that runs on this home; fails with exit 3 when there is none.
   * @param note Said then, behind how to start it.
   */
  node(note?: string): Promise<NodeClient>
  /** The answer: one JSON document with --json, else `text`. */
  answer(document: unknown, text: () => string): void
  /** Progress and notices for people; silent with --quiet and --json. */
  notice(text: string): void
}

export interface GlobalOptions {
  home?: string
  /** A flag of `up` that moves the data elsewhere. */
  dataDir?: string
  json?: boolean
  quiet?: boolean
  verbose?: boolean
}

export async function createContext(
  options: GlobalOptions,
  deps: { terminal: Terminal; env: NodeJS.ProcessEnv },
): Promise<Context> {
  const { terminal, env } = deps
  const configHome = path.resolve(options.home || env.MYCELIUM_HOME || defaultHome())
  const home = await dataFolder(configHome, options.dataDir)
  const json = options.json === true
  const quiet = options.quiet === true
  return {
    home,
    configHome,
    json,
    quiet,
    verbose: options.verbose === true,
    terminal,
    env,
    async node(note = '') {
      const running = findNode(home)
      const token = readToken(home)
      if (!running || token === undefined) {
        const message = `No node runs on ${home}. Start it with: mycelium up${note && `\n${note}`}`
        throw new CommandFailure(EXIT.UNREACHABLE, 'UNREACHABLE', message)
      }
      const { connectToNode } = await import('./node-client.ts')
      return connectToNode(running, token)
    },
    answer(document, text) {
      if (json) terminal.out(JSON.stringify(document, undefined, 2))
      else {
        const words = text()
        if (words !== '') terminal.out(words)
      }
    },
    notice(text) {
      if (!quiet && !json) terminal.err(text)
    },
  }
}

/** The schema of the config takes long to load, so only a file that names the key is parsed. */
async function dataFolder(configHome: string, flag: string | undefined): Promise<string> {
  if (flag !== undefined) return path.resolve(flag)
  const text = await readFile(path.join(configHome, 'config.toml'), 'utf8').catch(() => '')
  if (!text.includes('data_dir')) return configHome
  const { readConfig } = await import('./config.ts')
  const folder = readConfig(configHome).node?.data_dir
  return folder === undefined ? configHome : path.resolve(configHome, folder)
}

function defaultHome(): string {
  return path.join(homedir(), '.mycelium')
}
