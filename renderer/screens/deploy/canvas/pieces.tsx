import { type PointerEvent, useRef, useState } from 'react'
import { Icon, type IconName } from '../../../design/index.ts'
import { type Text, useText } from '../../../i18n/index.ts'
import type { Point } from '../../../topology/index.ts'
import { PIECES, type Piece } from './asking.ts'
import type { Bodies } from './bodies.ts'

export const PIECE_ICON: Record<Piece, IconName> = {
  service: 'box',
  volume: 'disk',
  route: 'cap',
  link: 'link',
}

interface PiecesProps {
  bodies: Bodies
  /** Pressed, or dropped somewhere in the window. */
  onPiece: (piece: Piece, client?: Point) => void
}

export function Pieces({ bodies, onPiece }: PiecesProps) {
  const { t } = useText()
  return (
    <fieldset className="canvas-pieces">
      <legend className="sr-only">{t('canvas.pieces')}</legend>
      {PIECES.map((piece) => (
        <PieceButton
          key={piece}
          piece={piece}
          whyNot={whyNot(piece, bodies, t)}
          onPiece={onPiece}
        />
      ))}
    </fieldset>
  )
}

/** Why a piece cannot be added now. */
function whyNot(piece: Piece, bodies: Bodies, t: Text): string | undefined {
  if (piece === 'service') return undefined
  if (bodies.length === 0) return t('canvas.needsService')
  const hasContainers = bodies.some(({ containers }) => containers)
  return piece === 'volume' && !hasContainers ? t('canvas.needsContainer') : undefined
}

/** A press that moves less than this is a click. */
const CLICK_SLOP_PX = 6

function PieceButton(props: {
  piece: Piece
  whyNot: string | undefined
  onPiece: PiecesProps['onPiece']
}) {
  const { piece, whyNot, onPiece } = props
  const { t } = useText()
  const pressed = useRef<Point>(undefined)
  const [ghost, setGhost] = useState<Point>()
  const isDropped = useRef(false)

  const onPointerMove = (event: PointerEvent): void => {
    const from = pressed.current
    if (!from) return
    const at = { x: event.clientX, y: event.clientY }
    if (ghost || Math.hypot(at.x - from.x, at.y - from.y) > CLICK_SLOP_PX) setGhost(at)
  }
  const onPointerUp = (event: PointerEvent): void => {
    pressed.current = undefined
    if (!ghost) return
    setGhost(undefined)
    // The click that follows belongs to the drop.
    isDropped.current = true
    onPiece(piece, { x: event.clientX, y: event.clientY })
  }
  const onClick = (): void => {
    if (!isDropped.current) onPiece(piece)
    isDropped.current = false
  }
  return (
    <>
      <button
        type="button"
        className="canvas-piece"
        disabled={whyNot !== undefined}
        title={whyNot}
        onPointerDown={(event) => {
          isDropped.current = false
          pressed.current = { x: event.clientX, y: event.clientY }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          pressed.current = undefined
          setGhost(undefined)
        }}
        onClick={onClick}
      >
        <Icon name={PIECE_ICON[piece]} size={16} />
        {t(`canvas.piece.${piece}`)}
      </button>
      {ghost && (
        <span className="canvas-ghost" style={{ left: ghost.x, top: ghost.y }} aria-hidden="true">
          <Icon name={PIECE_ICON[piece]} size={18} />
        </span>
      )}
    </>
  )
}
