/** The frame around the screens: rail, banners, notices, palette, keys. */
export { App } from './app.tsx'
