/** Words of the tray, the menus and the dialogs. The window has its own. */
export const TEXT = {
  product: 'Mycelium',
  tray: {
    start: 'Start the node',
    open: 'Open Mycelium',
    quit: 'Quit Mycelium',
    quitNow: 'Quit now',
    nothingRuns: 'Nothing runs in this network',
    more: (count: number) => `and ${count} more`,
    waits: (name: string) => `${name}: waits for its next run`,
    runs: (name: string, running: number, wanted: number) => `${name}: ${running} of ${wanted} run`,
  },
  state: {
    starting: 'Starting',
    startingNetwork: (network: string) => `${network} is starting`,
    notStarted: (network: string, why: string) => `${network} does not start: ${why}`,
    noNetwork: 'Not in a network yet',
    waiting: 'Waiting to be let in',
    turnedAway: (network: string) => `${network} did not let this computer in`,
    alone: 'Running, no other node in sight',
    connected: (peers: number) => `Running, ${peers} ${peers === 1 ? 'peer' : 'peers'}`,
    degraded: 'Running, needs attention',
    handingOver: (left: number) => `Handing work over, ${copies(left)} left`,
    stopping: 'Stopping',
    down: 'The node does not run',
  },
  stillRuns: {
    title: 'Mycelium keeps running',
    body: 'What runs here goes on. Quit from the icon in the tray, or with Ctrl+Q in the window.',
  },
  stopping: {
    title: 'Mycelium is stopping',
    body: 'It ends what runs here in order and says goodbye to the network.',
  },
  quitting: {
    message: (count: number) => `Quit: ${copies(count)} ${count === 1 ? 'runs' : 'run'} here`,
    withOthers:
      'Other computers of the network can take over first, which takes up to a minute. What keeps ' +
      'data here waits until Mycelium runs here again.',
    alone:
      'No other computer of the network is there to take over: what runs here waits until Mycelium ' +
      'runs here again.',
    handOver: 'Hand work over and quit',
    now: 'Quit now',
    stay: 'Cancel',
  },
  handingOver: {
    title: 'Mycelium hands its work over',
    body: 'It ends once others have what runs here, within a minute. To wait no longer, quit again.',
  },
  startFailed: {
    message: 'The node could not start.',
    retry: 'Try again',
    quit: 'Quit',
  },
  menu: { file: 'File', edit: 'Edit', view: 'View', window: 'Window' },
} as const

function copies(count: number): string {
  return count === 1 ? '1 copy' : `${count} copies`
}
