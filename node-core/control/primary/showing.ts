/**
 * The registry as this node shows it. One copy takes the place of another when the node comes into the
 * committee or leaves it, and begins with less: what was shown stays until it has come as far. Whoever
 * acts on what is shown would otherwise live through the past again, and end what runs. Pure.
 */
import type { LogIndex } from '../consensus/index.ts'
import type { RegistryView } from '../registry/index.ts'

export interface Copy {
  view: RegistryView
  /** The last entry that it holds by now. */
  readonly height: LogIndex
}

export interface Showing {
  copy(): Copy | undefined
  view(): RegistryView | undefined
  /** What was shown counts no more. */
  forget(): void
}

export interface ShowingDeps {
  /** That which stands now. */
  copy(): Copy | undefined
  /**
   * Another copy may come: else one that is gone would be shown for ever. Whoever says so may read what
   * is shown, and is given what stays.
   */
  mayCome(): boolean
}

export function createShowing({ copy, mayCome }: ShowingDeps): Showing {
  let shown: Copy | undefined
  let isAsking = false

  function stays(): boolean {
    if (isAsking) return true
    isAsking = true
    try {
      return mayCome()
    } finally {
      isAsking = false
    }
  }

  function current(): Copy | undefined {
    const now = copy()
    const isBehind = shown !== undefined && (now === undefined || now.height < shown.height)
    if (isBehind && shown?.view !== now?.view && stays()) return shown
    shown = now
    return now
  }

  return {
    copy: current,
    view: () => current()?.view,
    forget() {
      shown = undefined
    },
  }
}
