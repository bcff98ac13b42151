import { useEffect, useId, useRef } from 'react'
import { useText } from '../../../i18n/index.ts'
import { useWorld } from '../../../state/index.ts'
import { toProblem } from '../../../transport/index.ts'
import { type ShellSession, type ShellState, startSession } from './session.ts'
import type { DrawnTerminal } from './terminal.ts'

interface ShellTerminalProps {
  label: string
  instance: string
  part?: string
  command: string[]
  onState: (state: ShellState) => void
}

/** One command in a terminal, for as long as it is shown. */
export function ShellTerminal(props: ShellTerminalProps) {
  const { t } = useText()
  const world = useWorld()
  const host = useRef<HTMLDivElement>(null)
  const hintId = useId()
  const asked = useRef({ ...props, hintId })

  useEffect(() => {
    const { instance, part, command, label, onState, hintId } = asked.current
    let left = false
    let terminal: DrawnTerminal | undefined
    let session: ShellSession | undefined

    const open = async (): Promise<void> => {
      const { openTerminal } = await import('./terminal.ts')
      if (left || !host.current) return
      const drawn = openTerminal(host.current, {
        ...{ label, describedBy: hintId, now: world.time.now },
        onType: (bytes) => session?.type(bytes),
        onResize: (size) => session?.resize(size),
      })
      terminal = drawn
      drawn.focus()
      host.current.scrollIntoView({ block: 'nearest' })
      session = startSession(
        world.client(),
        { id: instance, ...(part && { part }), command, terminal: drawn.size() },
        {
          draw: drawn.write,
          onState: (state) => {
            if (state.at === 'ended' || state.at === 'broken') drawn.close()
            onState(state)
          },
        },
      )
    }
    open().catch((error) => onState({ at: 'broken', problem: toProblem(error) }))
    return () => {
      left = true
      session?.leave()
      terminal?.dispose()
    }
  }, [world])

  return (
    <>
      <p id={hintId} className="quiet small">
        {t('workloads.terminal.wayOut')}
      </p>
      <div ref={host} className="shell-host" />
    </>
  )
}
