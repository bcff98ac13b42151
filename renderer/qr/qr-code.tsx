import QRCode from 'qrcode'

/** What a phone can still read from a screen at arm's length, with a whole number of pixels each. */
const MODULE_PX_MIN = 2
const WIDTH_PX = 370

/** Always dark on white: scanners want it so, whatever the theme. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'L' })
  const { size } = modules
  let path = ''
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (modules.get(row, column)) path += `M${column} ${row}h1v1h-1z`
    }
  }
  return (
    <svg
      className="invite-qr"
      viewBox={`0 0 ${size} ${size}`}
      width={size * Math.max(MODULE_PX_MIN, Math.floor(WIDTH_PX / size))}
      shapeRendering="crispEdges"
      role="img"
      aria-label={label}
    >
      <path d={path} fill="#000000" />
    </svg>
  )
}
