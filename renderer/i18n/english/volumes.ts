export const volumes = {
  intro:
    'What each copy keeps lies on the computer that runs it, and nowhere else. What is deleted can be had back for 30 days.',
  none: 'Nothing is kept',
  noneDetail:
    'Its copies keep no data: what they write goes when they end. Name volumes in the manifest to keep it.',
  noneOfProgram:
    'A signed program cannot keep data: its folder goes when a copy ends. A container can.',
  here: 'Data kept here',
  hereNone: 'Nobody’s data is kept on this computer.',
  column: {
    volume: 'Volume',
    where: 'Lies on',
    owner: 'For',
    size: 'How much',
    state: 'State',
    actions: 'Change',
  },
  ofCopy: 'of {{copy}}',
  used: '{{used}} of {{size}}',
  notCounted: 'not counted yet, of {{size}}',
  over: 'more than it may',
  state: {
    used: 'In use',
    kept: 'Kept, no copy has it',
    deleted: 'Deleted',
    outOfSight: 'Out of sight with its computer',
    left: 'With its computer, which has left',
  },
  until: 'gone for good on {{when}}',
  delete: 'Delete',
  deleted: '{{name}} is deleted. It can be had back for 30 days.',
  restore: 'Have it back',
  restored: '{{name}} is kept.',
  forGood: 'Delete for good',
  forGoodTitle: 'Delete the volume {{name}} for good?',
  forGoodDetail: 'The data of {{copy}} on {{node}} is gone at once. Nothing brings it back.',
  forGoodType: 'Type “{{name}}” to confirm',
  gone: '{{name}} is gone.',
  giveUp: 'Stop waiting for it',
  giveUpTitle: 'Stop waiting for {{name}} on {{node}}?',
  giveUpBody:
    '{{copy}} may then start elsewhere, with nothing. Nothing is deleted: the data stays on {{node}}, and counts again once that computer is back.',
  givenUp: 'Nobody waits for {{name}} any more.',
  left: {
    title: 'Data of networks that were left',
    intro:
      'This computer has left these networks, and their data still lies here. It is there again if this computer joins that network again in time.',
    note: 'Data of networks that this computer has left still lies here.',
    show: 'Show it',
    column: { network: 'Network', stays: 'How long it stays' },
    of: 'up to {{size}}',
    until: 'gone for good on {{when}}',
    untilDeleted: 'until it is deleted',
    forGoodDetail:
      'The data of {{copy}}, of the network {{network}}, is gone at once. Nothing brings it back.',
  },
} as const
