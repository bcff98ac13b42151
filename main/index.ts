/**
 * The desktop app: hosts the node (or attaches to one that already runs on this home), shows the
 * window, stays in the tray, hands links over, and stops the node in order at the end.
 *
 * What must run before Electron is ready runs before the first await.
 */
import path from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
} from 'electron'
import { createSystemClock } from '../node-core/base/clock/index.ts'
import { messageOf } from '../node-core/base/errors/index.ts'
import { createPinoLogger, type Logger } from '../node-core/base/log/index.ts'
import { findRunningNode, isNodeAnnounced } from '../node-core/node.ts'
import { createWindowFiles, SCHEME } from './app-scheme.ts'
import { startAttachedSession } from './attached-session.ts'
import { createLinkQueue, linksOf } from './deep-links.ts'
import { guardSession } from './guards.ts'
import { createHandingOver } from './handing-over.ts'
import { type HomeConfig, homeOf, readHomeConfig } from './home.ts'
import { startHostedSession } from './hosted-session.ts'
import { createLastWords } from './last-words.ts'
import { serveLines } from './lines.ts'
import { createLogFile } from './logging.ts'
import { applicationMenu } from './menu.ts'
import { createNodeKeeper } from './node-keeper.ts'
import { findNodeRuntime, isProgram } from './node-runtime.ts'
import { watchNode } from './node-watch.ts'
import { watchPower } from './power-watch.ts'
import { askToQuit } from './quit-question.ts'
import { createQuitting } from './quitting.ts'
import { TEXT } from './text.ts'
import { createTrayIcon } from './tray.ts'
import { type AppWindow, openAppWindow } from './window.ts'
import { readWindowState, writeWindowState } from './window-state-file.ts'

const BUILT = import.meta.dirname
const WINDOW_FOLDER = path.join(BUILT, '../renderer')
const PRELOAD = path.join(BUILT, '../preload/preload.cjs')
const ICONS = path.join(BUILT, '../../assets/icons')

const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }])
app.enableSandbox()

if (app.requestSingleInstanceLock()) run()
// The other instance has this one's command line now and shows its window.
else app.quit()

function run(): void {
  const links = createLinkQueue()
  for (const link of linksOf(process.argv)) links.add(link)
  // macOS hands links over by this event, also before it is ready.
  app.on('open-url', (event, link) => {
    event.preventDefault()
    links.add(link)
  })
  if (app.isPackaged) app.setAsDefaultProtocolClient('mycelium')
  void app.whenReady().then(() => start(links))
}

function start(links: ReturnType<typeof createLinkQueue>): void {
  const home = homeOf(process.env)
  const config = readConfigOrEnd(home)
  if (!config) return
  const clock = createSystemClock()
  const logger = createPinoLogger({
    level: config.logLevel,
    destination: createLogFile(config.node.home),
  })
  const nodeRuntime = findNodeRuntime({
    resources: app.isPackaged ? process.resourcesPath : undefined,
    searchPath: process.env.PATH ?? '',
    runs: isProgram,
  })
  const quit = (): void => app.quit()
  const keeper = createNodeKeeper({
    findRunning: () => findRunningNode(config.node.home),
    isAnnounced: () => isNodeAnnounced(config.node.home),
    attach: ({ api }) => startAttachedSession({ home: config.node.home, api, clock, logger }),
    host: () =>
      startHostedSession({
        config: { ...(nodeRuntime !== undefined && { nodeRuntime }), ...config.node },
        logger,
        electron: process.versions.electron ?? '',
        // Whoever said it has said it; there may be nobody to answer a question.
        onStopRequested: () => quitting.begin(),
      }),
    clock,
    logger,
  })

  const lastWords = createLastWords(clock)
  protocol.handle(SCHEME, createWindowFiles(WINDOW_FOLDER))
  guardSession(session.defaultSession)
  serveLines({
    ipcMain,
    attach: async (port) => (await keeper.session()).attach(port),
    onStartNode: () => void keeper.start().catch(() => {}),
    onWantLinks: (send) => links.deliverTo(send),
    onEnded: lastWords.wereSaid,
    logger: logger.child('lines'),
  })

  const openOutside = (url: string): void => {
    shell.openExternal(url).catch((error: unknown) => {
      logger.warn('The system opened no browser.', { reason: messageOf(error) })
    })
  }
  const notify = ({ title, body }: { title: string; body: string }): void => {
    if (Notification.isSupported()) new Notification({ title, body }).show()
  }
  const stateFile = path.join(app.getPath('userData'), 'window.json')
  const window = openAppWindow({
    createWindow: (options) => new BrowserWindow(options),
    displays: () => screen.getAllDisplays(),
    state: readWindowState(stateFile),
    saveState: (state) => writeWindowState(stateFile, state, logger),
    preload: PRELOAD,
    icon: path.join(ICONS, '256.png'),
    isPackaged: app.isPackaged,
    isDark: nativeTheme.shouldUseDarkColors,
    isQuitting: () => quitting.isDone,
    openOutside,
    onRunsOn: () => notify(TEXT.stillRuns),
    clock,
    logger: logger.child('window'),
  })
  const icon = createTrayIcon({
    createTray: (image) => new Tray(image),
    buildMenu: (template) => Menu.buildFromTemplate(template),
    iconFolder: ICONS,
    open: window.show,
    start: () => beginNode(keeper, logger, quit),
    quit,
  })
  const watch = watchNode({ keeper, clock, logger, onView: icon.show })
  const powerWatch = watchPower({ power: powerMonitor, keeper, clock, logger })
  const handingOver = createHandingOver({ keeper, clock, logger })
  const quitting = createQuitting({
    ask: async () =>
      askToQuit(await handingOver.look(), (options) => dialog.showMessageBox(options)),
    async handOver(signal) {
      watch.stop()
      notify(TEXT.handingOver)
      const onLeft = (left: number): void => icon.show({ phase: 'handingOver', left })
      await handingOver.handOver(onLeft, signal)
    },
    async stop() {
      watch.stop()
      powerWatch.stop()
      icon.show({ phase: 'stopping' })
      await lastWords.hear(window.contents)
      await keeper.stop()
    },
    onSlow: () => notify(TEXT.stopping),
    end: quit,
    clock,
    logger,
  })

  Menu.setApplicationMenu(
    Menu.buildFromTemplate(applicationMenu(process.platform === 'darwin', quit)),
  )
  app.on('second-instance', (_event, argv) => {
    window.show()
    for (const link of linksOf(argv)) links.add(link)
  })
  app.on('activate', window.show)
  app.on('window-all-closed', () => {})
  app.on('before-quit', (event) => {
    if (quitting.isDone) return
    event.preventDefault()
    quitting.request()
  })
  onSystemEnd(window, quitting.begin)
  beginNode(keeper, logger, quit)
}

/** The system, or whoever ends processes, waits for no answer: the node is stopped at once. */
function onSystemEnd(window: AppWindow, begin: () => void): void {
  powerMonitor.on('shutdown', begin)
  window.onSessionEnd(begin)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, begin)
}

/** A config that is wrong is said in full, and nothing starts on half of it. */
function readConfigOrEnd(home: string): HomeConfig | undefined {
  try {
    return readHomeConfig(home, WINDOW_FOLDER)
  } catch (error) {
    dialog.showErrorBox(TEXT.startFailed.message, messageOf(error))
    app.exit(2)
    return undefined
  }
}

/** Starts the node; when that fails, says why and lets the person try again. */
function beginNode(
  keeper: ReturnType<typeof createNodeKeeper>,
  logger: Logger,
  quit: () => void,
): void {
  keeper.start().catch(async (error: unknown) => {
    logger.error('The node could not start.', { reason: messageOf(error) })
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message: TEXT.startFailed.message,
      detail: messageOf(error),
      buttons: [TEXT.startFailed.retry, TEXT.startFailed.quit],
      defaultId: 0,
      cancelId: 1,
    })
    if (response === 0) beginNode(keeper, logger, quit)
    else quit()
  })
}
