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
  ofCopy: 'of copy {{index}}',
  used: '{{used}} of {{size}}',
  notCounted: 'not counted yet, of {{size}}',
  over: 'more than it may',
  state: {
    used: 'In use',
    kept: 'Kept, no copy has it',
    deleted: 'Deleted',
    outOfSight: 'Out of sight with its computer',
  },
  until: 'gone on {{when}}',
  delete: 'Delete',
  deleted: '{{name}} is deleted. It can be had back for 30 days.',
  restore: 'Have it back',
  restored: '{{name}} is kept.',
  forGood: 'Delete for good',
  forGoodTitle: 'Delete {{name}} for good?',
  forGoodDetail: 'The data of copy {{index}} on {{node}} is gone at once. Nothing brings it back.',
  forGoodType: 'Type {{name}} to confirm',
  gone: '{{name}} is gone.',
} as const
