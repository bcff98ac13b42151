import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { Button, IconButton } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useWorld } from '../state/index.ts'
import './toast-region.css'

/** Short notices. Read out politely; they never take the focus, and stay while they have it. */
export function ToastRegion() {
  const { t } = useText()
  const { toasts, notices } = useWorld()
  const shown = useStore(toasts.store)
  const region = useRef<HTMLElement>(null)
  // A notice that goes away with the focus in it tells nobody that the focus has left.
  useEffect(() => {
    if (shown.length === 0 || !isAttended(region.current)) notices.release()
  }, [shown, notices])
  return (
    <section
      ref={region}
      className="toasts"
      aria-label={t('shell.noticeRegion')}
      aria-live="polite"
      onFocus={notices.hold}
      onBlur={notices.release}
      onPointerEnter={notices.hold}
      onPointerLeave={notices.release}
    >
      {shown.map((toast) => (
        <div key={toast.id} className={`toast toast-${toast.tone}`}>
          <div className="toast-words">
            <strong>{toast.text}</strong>
            {toast.detail && <p>{toast.detail}</p>}
          </div>
          {toast.action && (
            <Button
              kind="plain"
              onPress={() => {
                toast.action?.run()
                toasts.dismiss(toast.id)
              }}
            >
              {toast.action.label}
            </Button>
          )}
          <IconButton
            icon="close"
            label={t('shell.dismiss')}
            onPress={() => toasts.dismiss(toast.id)}
          />
        </div>
      ))}
    </section>
  )
}

function isAttended(region: HTMLElement | null): boolean {
  return region !== null && (region.contains(document.activeElement) || region.matches(':hover'))
}
