/** Reasons that another computer may not have: what else runs there, its disk, its folders, who has its devices. */
export const OF_THE_COMPUTER: ReadonlySet<string> = new Set([
  'PORT_TAKEN',
  'DEVICE_TAKEN',
  'DISK_FULL',
  'FOLDER_UNSEEN',
  'SHARED_FOLDER_CLOSED',
])
