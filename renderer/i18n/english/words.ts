export const words = {
  cancel: 'Cancel',
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  save: 'Save',
  back: 'Back',
  next: 'Continue',
  undo: 'Undo',
  again: 'Try again',
  clear: 'Clear',
  less: 'Less',
  more: 'More',
  loading: 'Loading',
  none: 'None',
  you: 'you',
  cores: '{{count}} cores',
  cores_one: '{{count}} core',
  reserved: '{{reserved}} reserved; at most {{limits}}',
  role: {
    sclerotia: 'Sclerotia',
    rhizomorph: 'Rhizomorph',
    hypha: 'Hypha',
  },
  roleMeaning: {
    sclerotia:
      'Backbone: always on, keeps the network together. An admin’s own keeps its vote (dedicated); anybody else’s votes when it is needed, before others (dynamic).',
    rhizomorph:
      'Shares: relays, stores and runs part of the work. Has a vote while it is needed (dynamic).',
    hypha: 'Only uses the network; gives nothing.',
  },
  backbone: {
    dedicated: 'Sclerotia (dedicated)',
    dynamic: 'Sclerotia (dynamic)',
  },
  backboneMeaning: {
    dedicated: 'Backbone: it votes on what the network does, and keeps its vote.',
    dynamic:
      'Shares, and votes for now: the network gave it a vote, and gives that to another when it has to.',
  },
  permission: {
    admin: 'look after the network',
    invite: 'invite others',
    deploy: 'run workloads',
    use: 'use what runs',
  },
  kind: {
    container: 'Container',
    process: 'Program',
    other: '{{kind}}',
  },
} as const
