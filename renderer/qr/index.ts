/** QR codes as our own SVG. */
export { QrCode } from './qr-code.tsx'
