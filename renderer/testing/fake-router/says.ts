/** What a node says in its own words, in whatever language the window is. */
export const SAYS = {
  drawn:
    'Several computers suit it equally well. Which of them it is was drawn by lot; every computer draws the same.',
  cordoned: 'Takes no new work.',
  notDue:
    'Nothing is to run now: the next run is due at 2026-11-21T03:00:00.000Z. To begin one now: mycelium run backup',
  kind: 'Cannot run containers.',
  dataHere: 'What it keeps lies on that computer.',
  shielded: 'It may connect to 192.168.1.5, and no computer lets it into its home network.',
  kept: 'Taken as it is.',
  noImage: 'No node has this image.',
  registryHasNone:
    'Neither this computer nor a reachable node has notez:1.3, and the registry says: pull access denied for notez, repository does not exist or may require “docker login”: denied.',
  noProgram: 'The image has no program “serve”.',
  importChanged: 'A copy that ends is started again, however it ended.',
  importRefused: 'A copy has no more rights than the others.',
  importUnread:
    'Neither a compose file (it has services), docker run lines, nor Kubernetes objects (they have apiVersion and kind).',
  failed: 'It is busy just now.',
  forbidden: 'This needs the permission “deploy” in the network. Ask ada, who can give it.',
  turnedAway: 'An admin has turned the request of this computer down. It may ask again.',
  portTaken:
    'Port 8080 on 127.0.0.1 is taken by another program, and the edge needs it. End that, or choose another: port under [edge] in config.toml, or --edge-port.',
  wrongPassphrase: 'The passphrase does not open this file.',
} as const

export const NODE_SAYS: readonly string[] = Object.values(SAYS)
