/** Runs the node in the foreground until a signal or `mycelium down` ends it. */
import type { Command } from 'commander'
import { isCode, type MyceliumError } from '../../node-core/base/errors/index.ts'
import type { MyceliumNode } from '../../node-core/node.ts'
import type { ConfigInput } from '../config.ts'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { nodeConfigOf } from '../node-config.ts'
import type { Act, CliDeps } from '../run.ts'
import { collect, wholeNumber } from '../text/parse.ts'
import { saveMemoryWhileIdle } from '../thrift.ts'
import { hasWindow, lackOf, WINDOW_FOLDER } from '../window.ts'

interface UpFlags {
  name?: string
  tag?: string[]
  dataDir?: string
  listen?: string[]
  advertiseAddr?: string[]
  bootstrap?: string[]
  maxPeers?: string
  exchangeInterval?: string
  discoveryInterval?: string
  mdns: boolean
  apiPort?: string
  edgePort?: string
  edgeHost?: string
  strangers?: string[]
  gpus?: string[]
  edgeTlsPort?: string
  logLevel?: string
  logFormat?: string
  tombstoneTtl?: string
  gcInterval?: string
  shieldOpen?: string[]
  storageBudget?: string
  open: boolean
}

export function upCommand(program: Command, act: Act, deps: CliDeps): void {
  program
    .command('up')
    .summary('run the node')
    .description('Runs the node in the foreground. Without a network it waits for its first run.')
    .option('--name <node>', 'what this computer is called')
    .option('--tag <key[=value]>', 'a label of this computer; repeatable', collect)
    .option('--data-dir <folder>', 'where its data lives (default: the home)')
    .option('--listen <address>', 'multiaddr or host:port of the mesh; repeatable', collect)
    .option('--advertise-addr <address>', 'told to others besides; repeatable', collect)
    .option('--bootstrap <address>', 'dialled first; repeatable', collect)
    .option('--max-peers <n>', 'connections held at once')
    .option('--exchange-interval <duration>', 'between two exchanges of addresses')
    .option('--discovery-interval <duration>', 'between two looks around')
    .option('--no-mdns', 'do not look around on the local network')
    .option('--api-port <n>', 'of the API and the window; 0 picks a free one')
    .option('--edge-port <n>', 'of the edge; 0 picks a free one')
    .option('--edge-host <address>', 'where the edge listens; 127.0.0.1 unless you open it')
    .option('--strangers <kind>', 'container or process, of other owners; repeatable', collect)
    .option(
      '--gpus <name>',
      'graphics processors to lease: all, none or a name; repeatable',
      collect,
    )
    .option('--shield-open <range>', 'of the home network, to own work; repeatable', collect)
    .option('--storage-budget <size>', 'kept for the network beyond its workloads: 20Gi')
    .option('--edge-tls-port <n>', 'a port of the edge that takes TLS; none unless given')
    .option('--log-level <level>', 'error, warn, info or debug')
    .option('--log-format <format>', 'text or json')
    .option('--tombstone-ttl <duration>', 'how long ended records of nodes are kept')
    .option('--gc-interval <duration>', 'between two sweeps of them')
    .option('--no-open', 'do not open the browser')
    .addHelpText('after', '\nExample:\n  mycelium up --listen 0.0.0.0:4000 --no-open')
    .action(act<UpFlags>((context, _, flags) => up(context, flags, deps)))
}

async function up(context: Context, flags: UpFlags, deps: CliDeps): Promise<void> {
  const { readConfig } = await import('../config.ts')
  const config = readConfig(context.configHome, fromFlags(flags))
  const { createNode } = await import('../../node-core/node.ts')
  const { createNodeLogger } = await import('../node-logger.ts')
  let requestStop: () => void = () => {}
  const stopRequested = new Promise<void>((resolve) => {
    requestStop = resolve
  })
  const logger = createNodeLogger(context, config.logging ?? {})
  const windowFolder = hasWindow(WINDOW_FOLDER) ? WINDOW_FOLDER : undefined
  const settings = nodeConfigOf(context.home, config, windowFolder)
  const node = createNode(settings, { logger, onStopRequested: requestStop })
  const ended = Promise.race([deps.untilSignal(), stopRequested])
  await node.start().catch((error: unknown) => {
    throw isCode(error, 'HOME_IN_USE') ? runsAlready(error) : error
  })
  try {
    await sayReady(context, node, { open: flags.open, windowFolder })
    saveMemoryWhileIdle()
    await ended
  } finally {
    context.notice('Stopping in order. Ctrl+C again ends it at once.')
    await node.stop()
  }
}

/** What was wanted is there: it wants to be seen. */
function runsAlready({ message, details }: MyceliumError): CommandFailure {
  const said = `It runs already: mycelium open shows it, mycelium down stops it. ${message}`
  return new CommandFailure(EXIT.FAILED, 'HOME_IN_USE', said, details)
}

/** The file's keys, as flags give them; `config.ts` checks both alike. */
export function fromFlags(flags: Partial<UpFlags>): ConfigInput {
  const number = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : wholeNumber(flag, text)
  // What is no word of a closed set is left to the check, which names it with everything else.
  const logging = { level: flags.logLevel, format: flags.logFormat }
  const sections: Record<string, Record<string, unknown>> = {
    node: { name: flags.name, tags: flags.tag, data_dir: flags.dataDir },
    network: {
      listen: flags.listen,
      advertise_addr: flags.advertiseAddr,
      bootstrap: flags.bootstrap,
      max_peers: number('--max-peers', flags.maxPeers),
      exchange_interval: flags.exchangeInterval,
      discovery_interval: flags.discoveryInterval,
      mdns: flags.mdns === false ? false : undefined,
    },
    api: { port: number('--api-port', flags.apiPort) },
    work: { strangers: flags.strangers, gpus: gpusOf(flags.gpus) },
    edge: {
      port: number('--edge-port', flags.edgePort),
      host: flags.edgeHost,
      tls_port: number('--edge-tls-port', flags.edgeTlsPort),
    },
    shield: { open: flags.shieldOpen },
    storage: { budget: flags.storageBudget },
    logging,
    state: { tombstone_ttl: flags.tombstoneTtl, gc_interval: flags.gcInterval },
  }
  return sections
}

/** `all` and `none` are words of their own. */
function gpusOf(names: string[] | undefined): string | string[] | undefined {
  const [only, more] = names ?? []
  return more === undefined && (only === 'all' || only === 'none') ? only : names
}

async function sayReady(
  context: Context,
  node: MyceliumNode,
  { open, windowFolder }: { open: boolean; windowFolder: string | undefined },
): Promise<void> {
  const { api, edge, peerId } = node
  if (context.json) {
    const ready = { event: 'ready', api, ...(edge !== undefined && { edge }), peerId }
    context.terminal.out(JSON.stringify({ ...ready, pid: process.pid }))
    return
  }
  context.terminal.out(`Ready. API ${api}${edge === undefined ? '' : `, edge ${edge}`}`)
  if (windowFolder === undefined) {
    const lack = lackOf(WINDOW_FOLDER)
    if (lack !== undefined) context.notice(lack)
    return
  }
  const { url } = node.link()
  const { openInBrowser } = await import('../browser.ts')
  if (open && context.terminal.isTerminal && (await openInBrowser(url))) {
    context.notice('The window is open in your browser.')
  } else {
    context.notice(`The window, good once and for five minutes: ${url}`)
  }
  context.notice('Ctrl+C stops the node.')
}
